// The model: our GLB unpacked and played by three.js, with the lights, views and colours of the program's own pictures.

const facts = JSON.parse(document.getElementById("facts").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const MUSCLE = "muscle", NERVE = "nerve", BONE = "bone", PROP = "prop";

async function unpacked() {
  if (typeof DecompressionStream === "undefined") throw new Error("This browser is too old; any browser since 2023 can show the model.");
  const text = atob(document.getElementById("model").textContent.trim());
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

class Model {
  // canvas : where it is drawn
  constructor(canvas) {
    this.canvas = canvas;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio || 1, 2));
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(18, 1, 0.05, 40);
    this.scene.add(this.camera);
    this.controls = new THREE.OrbitControls(this.camera, canvas);
    this.controls.enableDamping = !calm;
    this.controls.dampingFactor = 0.12;
    this.controls.minDistance = 0.25;
    this.controls.maxDistance = 14;
    this.controls.addEventListener("change", () => (this.dirty = true));
    this.surfaces = []; // { mesh, structure, kind, side, ghost, base }
    this.opacity = new Map(); // structure -> 0 to 1
    this.hidden = new Set();
    this.alone = null;
    this.chosen = null;
    this.colour = "tissue";
    this.time = 0;
    this.dirty = true;
    this.depth = new THREE.WebGLRenderTarget(4, 4);
    this.depthMaterial = new THREE.MeshDepthMaterial({ depthPacking: THREE.RGBADepthPacking, blending: THREE.NoBlending });
    this.caster = new THREE.Raycaster();
    this.light();
  }

  // Four lights fixed to the camera: warm key from the upper left, cool fill, white rim from behind, a weak one at the eye.
  light() {
    const add = (x, y, z, colour, strength) => {
      const lamp = new THREE.DirectionalLight(colour, strength);
      lamp.position.set(x, y, z);
      lamp.target.position.set(0, 0, 0);
      this.camera.add(lamp, lamp.target);
    };
    add(-0.7, 0.9, 0.8, 0xfff2de, 2.3);
    add(0.9, 0.1, 0.6, 0xdfe9ff, 0.75);
    add(-0.3, 0.5, -1.0, 0xffffff, 0.9);
    add(0.0, 0.0, 1.0, 0xffffff, 0.55);
    this.scene.add(new THREE.HemisphereLight(0xffffff, 0xb9b2aa, 0.85));
  }

  async load() {
    const loaded = await new THREE.GLTFLoader().parseAsync(await unpacked(), "");
    this.root = loaded.scene;
    this.scene.add(this.root);
    this.clips = loaded.animations;
    this.mixer = new THREE.AnimationMixer(this.root);
    this.segments = new Map();
    this.marks = new Map(); // landmark -> { node, place }
    this.root.traverse((node) => {
      const told = node.userData;
      for (const [name, mark] of Object.entries(told.landmarks_mm || {}))
        this.marks.set(name, { node, place: new THREE.Vector3(...mark.place).multiplyScalar(0.001) });
      if (!node.isMesh) return;
      node.material = node.material.clone();
      node.frustumCulled = false; // blended shapes leave their box
      const base = { map: node.material.map, colours: node.material.vertexColors, colour: node.material.color.clone() };
      this.surfaces.push({ mesh: node, structure: told.structure, kind: told.kind, side: told.side, ghost: !!told.ghost, base });
    });
    this.play(0);
  }

  // Switch to a movement by its number.
  play(number) {
    this.movement = facts.movements[number];
    this.mixer.stopAllAction();
    const clip = this.clips[number];
    if (clip) this.mixer.clipAction(clip).reset().play();
    this.time = 0;
    this.seek(0);
    this.dress();
  }

  get duration() {
    return this.movement.duration;
  }

  seek(seconds) {
    this.time = Math.min(Math.max(seconds, 0), this.duration);
    // At its very end an animation begins anew; a hair before it holds the last pose.
    this.mixer.setTime(Math.min(this.time, this.duration - 1e-5));
    if (facts.measured[this.colour]) this.paint();
    this.dirty = true;
  }

  // -- what is shown ---------------------------------------------------------------------------------------------------

  // How solid a structure is after hiding, isolating and fading.
  solidity(structure) {
    if (this.hidden.has(structure)) return 0;
    if (this.alone && this.alone !== structure) return 0.12;
    return this.opacity.has(structure) ? this.opacity.get(structure) : 1;
  }

  // Bring the look of every surface up to date.
  dress() {
    const dark = document.documentElement.dataset.theme === "dark";
    for (const one of this.surfaces) {
      const material = one.mesh.material;
      const other = one.kind !== PROP && one.side !== "middle" && one.side !== facts.side && one.structure !== "hip_bone";
      if (one.kind === PROP) {
        one.mesh.visible = this.movement.supports.includes(one.structure);
        material.color.set(dark ? 0x323a44 : 0xf6f8fa);
        material.roughness = 1;
        continue;
      }
      const ghost = one.ghost || (other && this.movement.legs === "ghost");
      let solid = this.solidity(one.structure);
      if (ghost) solid = this.alone || one.kind !== BONE ? 0 : Math.min(solid, dark ? 0.22 : 0.3);
      if (other && this.movement.legs === "one") solid = 0;
      one.mesh.visible = solid > 0;
      one.solid = solid;
      material.transparent = solid < 1;
      material.opacity = solid;
      material.depthWrite = solid > 0.5;
      one.mesh.renderOrder = solid < 1 ? 1 : 0;
      material.emissive?.set(one.structure === this.chosen && !ghost ? (dark ? 0x2a2a12 : 0x33240f) : 0x000000);
      material.needsUpdate = true;
    }
    this.paint();
    this.dirty = true;
  }

  // Colours of muscles and nerves: their own tissue, one each, what the movement does to the heads, or what it does along the nerve.
  paint() {
    const alongNerve = this.colour.startsWith("nerve_");
    for (const one of this.surfaces) {
      if (one.kind !== MUSCLE && one.kind !== NERVE) continue;
      const material = one.mesh.material;
      const own = this.colour === "tissue" || (this.colour !== "identity" && !alongNerve && one.kind === NERVE);
      const map = own ? one.base.map : null, many = alongNerve && one.kind === NERVE && this.shadeNerve(one);
      if (material.map !== map || material.vertexColors !== (many || one.base.colours)) {
        material.map = map;
        material.vertexColors = many || one.base.colours;
        material.needsUpdate = true;
      }
      if (own) material.color.copy(one.base.colour);
      else if (many) material.color.set(0xffffff);
      else if (alongNerve) material.color.set(facts.quiet[one.kind]);
      else material.color.set(this.colour === "identity" ? facts.structures[one.structure].colour : this.shade(one));
    }
  }

  shade(one) {
    const change = this.value(this.colour, one.structure) - (this.colour === "length" ? 100 : 0);
    return css(mapped(facts.diverging, 0.5 + change / this.movement.reach[this.colour] / 2));
  }

  // Colours along a nerve at this moment, vertex by vertex; false where nothing is known of its leg.
  shadeNerve(one) {
    const told = this.movement.nerve, own = told[one.side]?.[this.colour];
    if (!own) return false;
    const place = (this.time / this.duration) * (own.length - 1);
    const row = Math.min(Math.floor(place), own.length - 2), later = place - row;
    const reach = this.movement.reach[this.colour];
    const colours = told.levels.map((_, i) => {
      const value = own[row][i] + (own[row + 1][i] - own[row][i]) * later;
      return this.colour === "nerve_strain" ? mapped(facts.rising, value / reach) : mapped(facts.diverging, 0.5 + value / reach / 2);
    });
    const geometry = one.mesh.geometry, levels = facts.nerve_levels[one.structure], quiet = new THREE.Color(facts.quiet[NERVE]);
    if (!one.along) {
      // Which two known levels each vertex lies between never changes; levels fall along the nerve.
      one.along = levels.map((level) => {
        if (level === null) return null;
        let low = 0;
        while (low < told.levels.length - 2 && told.levels[low + 1] > level) low++;
        return [low, Math.min(Math.max((told.levels[low] - level) / (told.levels[low] - told.levels[low + 1]), 0), 1)];
      });
      const Attribute = geometry.index.constructor; // our part of three.js does not name this class
      geometry.setAttribute("color", new Attribute(new Float32Array(3 * levels.length), 3));
    }
    const paint = geometry.attributes.color, mixed = new THREE.Color();
    const known = colours.map((colour) => new THREE.Color(css(colour)));
    one.along.forEach((at, i) => {
      if (at) mixed.copy(known[at[0]]).lerp(known[at[0] + 1], at[1]);
      else mixed.copy(quiet);
      paint.setXYZ(i, mixed.r, mixed.g, mixed.b);
    });
    paint.needsUpdate = true;
    return true;
  }

  // A quantity of a head at this moment, between the samples.
  value(quantity, name) {
    const values = this.movement.series[quantity][name];
    const place = (this.time / this.duration) * (values.length - 1);
    const low = Math.min(Math.floor(place), values.length - 2);
    return values[low] + (values[low + 1] - values[low]) * (place - low);
  }

  // -- where to stand ---------------------------------------------------------------------------------------------------

  // Look from a named view, with everything that the movement reaches, or a close-up, in the free part of the picture.
  look(name) {
    const view = facts.views[name];
    const turn = new THREE.Matrix4().set(...this.movement.turn);
    const from = new THREE.Vector3(...view.from);
    if (facts.side === "left") from.z *= -1;
    const back = from.applyMatrix4(turn).normalize();
    if (Math.abs(back.y) > 0.995) back.add(new THREE.Vector3(0.06, 0, 0).applyMatrix4(turn)).normalize();
    const right = new THREE.Vector3(0, 1, 0).cross(back).normalize();
    const up = back.clone().cross(right);
    const points = this.framing(view);
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    const narrow = width < 620;
    const slope = Math.tan((this.camera.fov * Math.PI) / 360);
    // Room for labels on both sides and for the tools above.
    const above = document.getElementById("tools").offsetHeight + 14;
    this.camera.setViewOffset(width, height, 0, -above / 2, width, height);
    const across = slope * (width / height) * (showsLabels() ? (narrow ? 0.7 : 0.62) : 0.9), along = slope * (0.94 - above / height);
    const centre = new THREE.Vector3();
    const span = (axis) => {
      const values = points.map((p) => p.dot(axis));
      return (Math.min(...values) + Math.max(...values)) / 2;
    };
    centre.addScaledVector(right, span(right)).addScaledVector(up, span(up)).addScaledVector(back, span(back));
    let distance = 0.3;
    for (const point of points) {
      const arm = point.clone().sub(centre);
      const depth = arm.dot(back);
      distance = Math.max(distance, depth + Math.abs(arm.dot(right)) / across, depth + Math.abs(arm.dot(up)) / along);
    }
    this.view = name;
    this.controls.target.copy(centre);
    this.camera.position.copy(centre).addScaledVector(back, distance);
    this.camera.up.set(0, 1, 0);
    this.controls.update();
    this.dirty = true;
  }

  framing(view) {
    if (!view.focus.length) return this.movement.framing.map((p) => new THREE.Vector3(...p));
    const points = [], reach = view.reach / 1000;
    for (const name of view.focus) {
      const place = this.landmark(name);
      if (!place) continue;
      for (const x of [-1, 1]) for (const y of [-1, 1]) for (const z of [-1, 1]) points.push(place.clone().add(new THREE.Vector3(x, y, z).multiplyScalar(reach * 0.6)));
    }
    return points.length ? points : this.movement.framing.map((p) => new THREE.Vector3(...p));
  }

  landmark(name) {
    const mark = this.marks.get(name);
    return mark ? mark.node.localToWorld(mark.place.clone()) : null;
  }

  resize() {
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.clearViewOffset();
    const share = 360 / Math.max(width, height);
    this.depth.setSize(Math.max(8, Math.round(width * share)), Math.max(8, Math.round(height * share)));
    this.dirty = true;
  }

  render() {
    // Floor and supports are seen from above only: from below they would stand before what lies on them.
    const fromAbove = this.camera.position.y - this.controls.target.y > -0.02 * this.camera.position.distanceTo(this.controls.target);
    for (const one of this.surfaces) if (one.kind === PROP) one.mesh.visible = fromAbove && this.movement.supports.includes(one.structure);
    this.renderer.render(this.scene, this.camera);
    this.dirty = false;
  }

  // -- what is seen -----------------------------------------------------------------------------------------------------

  // The structure under a place of the canvas, in pixels; null where there is none.
  pick(x, y) {
    const place = new THREE.Vector2((2 * x) / this.canvas.clientWidth - 1, 1 - (2 * y) / this.canvas.clientHeight);
    this.scene.updateMatrixWorld();
    this.caster.setFromCamera(place, this.camera);
    const meshes = this.surfaces.filter((s) => s.mesh.visible && s.kind !== PROP && s.solid > 0.3 && !s.ghost).map((s) => s.mesh);
    const hits = this.caster.intersectObjects(meshes, false);
    return hits.length ? hits[0].object.userData.structure : null;
  }

  // Depths of what is solid, small; asked by `visible`.
  survey() {
    const seen = this.surfaces.map((s) => [s.mesh, s.mesh.visible]);
    for (const s of this.surfaces) s.mesh.visible = s.mesh.visible && s.kind !== PROP && s.solid > 0.5 && !s.ghost;
    const before = this.renderer.getClearAlpha();
    this.scene.overrideMaterial = this.depthMaterial;
    this.renderer.setRenderTarget(this.depth);
    this.renderer.setClearColor(0xffffff, 1);
    this.renderer.clear();
    this.renderer.render(this.scene, this.camera);
    const { width, height } = this.depth;
    this.depths = new Uint8Array(width * height * 4);
    this.renderer.readRenderTargetPixels(this.depth, 0, 0, width, height, this.depths);
    this.renderer.setRenderTarget(null);
    this.renderer.setClearColor(0x000000, before);
    this.scene.overrideMaterial = null;
    for (const [mesh, was] of seen) mesh.visible = was;
  }

  // Whether a world point can be seen, by the last survey: some of its surroundings are not nearer than it.
  visible(point) {
    if (!this.depths) return true;
    const { width, height } = this.depth;
    const place = point.clone().project(this.camera);
    const x = Math.round(((place.x + 1) / 2) * width), y = Math.round(((place.y + 1) / 2) * height);
    const near = this.camera.near, far = this.camera.far;
    const distance = (z) => (near * far) / (far - z * (far - near));
    const own = distance((place.z + 1) / 2);
    let open = 0, count = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) {
        if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
        const i = 4 * ((y + dy) * width + x + dx);
        const depth = this.depths[i] / 256 + this.depths[i + 1] / 65536 + this.depths[i + 2] / 16777216;
        count++;
        if (this.depths[i] === 255 && this.depths[i + 1] === 255 ? true : distance(depth) > own - 0.006) open++;
      }
    return count === 0 || open / count >= 0.35;
  }
}

// A colour of a map, as three numbers, at a share of the way along it.
function mapped(colours, share) {
  const place = Math.min(Math.max(share, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2), part = place - low;
  return colours[low].map((v, i) => Math.round(v + (colours[low + 1][i] - v) * part));
}

const css = (colour) => `rgb(${colour.join(",")})`;
