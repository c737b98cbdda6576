// Names round the model: two columns that keep clear of it, leaders that do not cross, hidden places with an open ring.

const SVG = "http://www.w3.org/2000/svg";

class Labels {
  constructor(model) {
    this.model = model;
    this.box = document.getElementById("labels");
    this.lines = document.getElementById("leaders");
    this.shown = true;
    this.entries = [];
    this.surveyed = 0;
    this.edge = {};
  }

  // The labels of a movement.
  choose(keys) {
    this.box.replaceChildren();
    this.lines.replaceChildren();
    this.entries = keys.filter((key) => facts.labels[key]).map((key) => this.entry(key, facts.labels[key]));
    this.surveyed = 0;
  }

  entry(key, spec) {
    const button = document.createElement("button");
    button.textContent = spec.text;
    button.title = spec.latin;
    button.tabIndex = -1; // the list of structures says the same to the keyboard
    button.dataset.key = key;
    button.style.setProperty("--group", `var(--group-${spec.group})`);
    button.addEventListener("click", () => choose(facts.structures[key] ? key : spec.bone));
    this.box.append(button);
    const group = document.createElementNS(SVG, "g");
    const make = (kind, name) => {
      const one = document.createElementNS(SVG, kind);
      one.setAttribute("class", name);
      group.append(one);
      return one;
    };
    group.style.color = `var(--group-${spec.group})`;
    const casing = make("polyline", "casing"), line = make("polyline", "line"), dot = make("circle", "dot");
    line.setAttribute("stroke", "currentColor");
    dot.setAttribute("fill", "currentColor");
    dot.setAttribute("r", "4");
    this.lines.append(group);
    return { key, spec, button, group, casing, line, dot, side: 0, y: null, seen: true, vertex: 0, size: null };
  }

  // The place that a label points at, in the world.
  anchor(entry) {
    const { spec, key } = entry;
    if (!spec.mesh) return this.model.landmark(key);
    const one = this.model.surfaces.find((s) => s.mesh.name === spec.mesh);
    if (!one) return null;
    const place = (vertex) => one.mesh.localToWorld(one.mesh.getVertexPosition(vertex, new THREE.Vector3()));
    if (entry.ask !== false) this.best(entry, place);
    return place(spec.vertices[entry.vertex]);
  }

  // Of the candidates round a belly, the one that can be seen and looks most towards the eye.
  best(entry, place) {
    entry.ask = false;
    const eye = this.model.camera.position;
    const points = entry.spec.vertices.map(place);
    let best = -Infinity;
    points.forEach((point, i) => {
      const score = (this.model.visible(point) ? 1 : 0) - 0.4 * point.distanceTo(eye) - 0.02 * Math.abs(i - entry.vertex) / points.length;
      if (score > best) [best, entry.vertex] = [score, i];
    });
  }

  wanted(entry) {
    const structure = facts.structures[entry.key] ? entry.key : entry.spec.bone;
    return this.model.solidity(structure) > 0.2;
  }

  // Bring everything to its place for this frame. `settled` lets labels change their column and jump.
  update(now, settled) {
    const visible = this.shown && !!this.model.movement;
    this.box.hidden = !visible;
    this.lines.style.display = visible ? "" : "none";
    if (!visible) return;
    if (now - this.surveyed > 350 || settled) {
      this.surveyed = now;
      this.model.survey();
      for (const entry of this.entries) entry.ask = true;
    }
    const width = this.model.canvas.clientWidth, height = this.model.canvas.clientHeight;
    const present = [];
    for (const entry of this.entries) {
      const point = this.wanted(entry) ? this.anchor(entry) : null;
      const flat = point && point.clone().project(this.model.camera);
      const inside = flat && Math.abs(flat.x) < 0.98 && Math.abs(flat.y) < 0.98 && flat.z < 1;
      entry.button.style.display = entry.group.style.display = inside ? "" : "none";
      if (!inside) continue;
      entry.x = ((flat.x + 1) / 2) * width;
      entry.at = ((1 - flat.y) / 2) * height;
      if (now - this.surveyed < 1) entry.seen = this.model.visible(point);
      if (!entry.size) entry.size = [entry.button.offsetWidth, entry.button.offsetHeight];
      present.push(entry);
    }
    this.columns(present, width, settled);
    this.edges(present, width, settled);
    this.spread(present, height, settled);
    for (const entry of present) this.draw(entry);
  }

  // Left or right: by the side of the anchor, balanced, changing only with a good reason.
  columns(entries, width, settled) {
    if (!entries.length) return;
    const middle = entries.map((e) => e.x).sort((a, b) => a - b)[Math.floor(entries.length / 2)];
    const most = Math.ceil(entries.length / 2) + 1;
    for (const side of [-1, 1]) {
      const inSide = entries.filter((e) => e.side === side);
      if (inSide.length > most) inSide.sort((a, b) => side * (a.x - b.x)).slice(0, inSide.length - most).forEach((e) => (e.side = -side));
    }
    for (const entry of entries) {
      const off = entry.x - middle;
      if (!entry.side || settled || Math.abs(off) > width * 0.12) {
        const side = off < 0 ? -1 : 1;
        if (side !== entry.side) [entry.side, entry.y] = [side, null];
      }
    }
    const left = entries.filter((e) => e.side < 0).sort((a, b) => b.x - a.x), right = entries.filter((e) => e.side > 0).sort((a, b) => a.x - b.x);
    while (left.length > most) { const e = left.shift(); e.side = 1; e.y = null; right.push(e); }
    while (right.length > most) { const e = right.shift(); e.side = -1; e.y = null; left.push(e); }
  }

  // Where the columns stand: near what they name, as far as the picture allows.
  edges(entries, width, settled) {
    const clear = Math.min(150, 0.11 * width), margin = width < 620 ? 5 : 16;
    for (const side of [-1, 1]) {
      const column = entries.filter((e) => e.side === side);
      if (!column.length) continue;
      const wide = Math.max(...column.map((e) => e.size[0]));
      const nearest = side < 0 ? Math.min(...entries.map((e) => e.x)) - clear : Math.max(...entries.map((e) => e.x)) + clear;
      const wanted = side < 0 ? Math.max(nearest, margin + wide) : Math.min(nearest, width - margin - wide);
      const before = this.edge[side];
      this.edge[side] = before === undefined || settled || calm ? wanted : before + (wanted - before) * 0.12;
    }
  }

  // Heights within each column: near the anchors, in an order without crossing leaders, none on another.
  spread(entries, height, settled) {
    const top = document.getElementById("tools").offsetHeight + 18, gap = 7;
    const caption = document.getElementById("caption");
    const bottom = height - (caption.textContent ? caption.offsetHeight + 20 : 12);
    for (const side of [-1, 1]) {
      const column = entries.filter((e) => e.side === side).sort((a, b) => a.at - b.at);
      this.stack(column, top, bottom, gap);
      // Exchange the places of two whose leaders cross: both together become shorter, so this comes to an end.
      for (let round = 0; round < 3 * column.length && uncross(column, this.edge[side] - side * this.stub()); round++) this.stack(column, top, bottom, gap);
    }
    for (const entry of entries) {
      const quick = entry.y === null || settled || calm;
      entry.y = quick ? entry.target : entry.y + (entry.target - entry.y) * 0.18;
    }
  }

  // One under the other, each as near to its anchor as the others let it.
  stack(column, top, bottom, gap) {
    let y = top;
    for (const entry of column) {
      entry.target = Math.max(entry.at - entry.size[1] / 2, y);
      y = entry.target + entry.size[1] + gap;
    }
    let low = bottom;
    for (const entry of [...column].reverse()) {
      entry.target = Math.min(entry.target, low - entry.size[1]);
      low = entry.target - gap;
    }
  }

  stub() {
    return this.model.canvas.clientWidth < 620 ? 5 : 14;
  }

  draw(entry) {
    const [wide, tall] = entry.size;
    const left = entry.side < 0 ? this.edge[-1] - wide : this.edge[1];
    const foot = entry.side < 0 ? left + wide : left, middle = entry.y + tall / 2;
    const port = foot - entry.side * this.stub();
    entry.button.className = `${entry.side < 0 ? "left" : "right"}${entry.seen ? "" : " veiled"}`;
    entry.button.style.transform = `translate(${left.toFixed(1)}px, ${entry.y.toFixed(1)}px)`;
    entry.group.setAttribute("class", entry.seen ? "" : "veiled");
    const way = `${foot},${middle} ${port},${middle} ${entry.x.toFixed(1)},${entry.at.toFixed(1)}`;
    entry.casing.setAttribute("points", way);
    entry.line.setAttribute("points", way);
    entry.dot.setAttribute("cx", entry.x.toFixed(1));
    entry.dot.setAttribute("cy", entry.at.toFixed(1));
  }
}

// Exchange the first two of a column whose leaders cross; whether there were any.
function uncross(column, port) {
  for (let i = 0; i < column.length; i++)
    for (let k = i + 1; k < column.length; k++) {
      const [a, b] = [column[i], column[k]];
      if (!crosses([port, a.target + a.size[1] / 2], [a.x, a.at], [port, b.target + b.size[1] / 2], [b.x, b.at])) continue;
      [column[i], column[k]] = [b, a];
      return true;
    }
  return false;
}

function crosses(a, b, c, d) {
  const turn = (p, q, r) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}
