"""Every label of every scene, six views and five moments: counts what is wrong with them. `python benchmarks/labels.py [SCENE ...]`

The pictures are drawn, so that anchors are seen or hidden as they are; what is counted is what `layout_check` finds in finished
boxes and leaders. Prints one line a scene and the sum; ends with 1 if a single label overlaps, crosses or leaves the picture.
"""

import sys
from collections import Counter

from visualiser import Scene
from visualiser.bodies import assets
from visualiser.pictures import stills
from visualiser.pictures.layout_check import faults
from visualiser.pictures.options import Options

VIEWS = ("posterior", "lateral", "medial", "posterolateral", "gluteal", "popliteal")
MOMENTS = (0.0, 0.25, 0.5, 0.75, 1.0)
SERIOUS = ("overlaps", "crossings", "off_canvas", "over_boxes", "over_reserved")


def count(name: str) -> Counter[str]:
    """What is on the pictures of one scene, and what is wrong."""
    scene, found = Scene.load(name), Counter[str]()
    for at in MOMENTS:
        for view in VIEWS:
            options = Options(480, 270, view=view, frame=scene.movement.frame, supersampling=1)
            picture = stills.draw(scene.body, scene.movement, at * scene.movement.duration_s, options)
            wrong = faults(picture.placement, picture.furniture.boxes)
            found["pictures"] += 1
            found["labels"] += len(picture.placement.callouts)
            found["dropped"] += len(picture.placement.dropped)
            for kind in (*SERIOUS, "over_dots"):
                found[kind] += getattr(wrong, kind)
    return found


def main() -> int:
    """Count, print, judge."""
    names = sys.argv[1:] or sorted(assets.scene_paths())
    total = Counter[str]()
    for name in names:
        found = count(name)
        total += found
        print(f"{name}: {dict(found)}", flush=True)
    print(f"{len(names)} scenes: {dict(total)}; serious: {sum(total[kind] for kind in SERIOUS)}")
    return int(any(total[kind] for kind in SERIOUS))


if __name__ == "__main__":
    sys.exit(main())
