// The page put together: one state, the controls that change it, and the frame that shows it.

const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];
const FRAME_S = 1 / 30;
let model, labels, panel, plot;
let playing = false, speed = 1, last = 0, changed = 0, settled = false, caption = null;

const showsLabels = () => labels?.shown ?? true;
const refreshPlot = () => plot?.draw();
const options = (select, entries) => select.replaceChildren(...entries.map(([value, text]) => element("option", text, { value })));

function seek(seconds) {
  model.seek(seconds);
  const share = model.time / model.duration;
  const bar = byId("time");
  bar.value = Math.round(1000 * share);
  bar.setAttribute("aria-valuetext", `${model.time.toFixed(1)} of ${model.duration} seconds`);
  byId("clock").textContent = `${model.time.toFixed(2)} / ${model.duration.toFixed(1)} s`;
  const phase = model.movement.phases.findLast((p) => p.start <= model.time && model.time <= p.end + 1e-9);
  const said = phase ? phase.caption : "";
  if (said !== caption) {
    caption = said;
    byId("caption").textContent = said;
    [...byId("phases").children].forEach((mark, i) => mark.classList.toggle("now", model.movement.phases[i] === phase));
    byId("about").querySelectorAll("li").forEach((item, i) => item.classList.toggle("now", model.movement.phases[i] === phase));
  }
  plot.cursor();
}

function play(on) {
  playing = on;
  document.body.classList.toggle("playing", on);
  byId("play").setAttribute("aria-label", on ? "Pause" : "Play");
  // While it plays, a screen reader would be told every caption; it is told them when it rests.
  byId("caption").setAttribute("aria-live", on ? "off" : "polite");
}

function choose(name) {
  model.chosen = name;
  panel.card(name);
  refresh();
  if (!name) return;
  panel.open(byId("tab-structures"));
  byId("card").scrollIntoView({ block: "nearest" });
}

function setHidden(name, hidden) {
  hidden ? model.hidden.add(name) : model.hidden.delete(name);
  refresh();
}

function setOpacity(name, share) {
  model.opacity.set(name, share);
  refresh();
}

function isolate(name) {
  model.alone = name;
  if (name) model.hidden.delete(name);
  refresh();
}

function showAll() {
  model.hidden.clear();
  model.opacity.clear();
  model.alone = null;
  if (model.chosen) panel.card(model.chosen);
  refresh();
}

function refresh() {
  model.dress();
  panel.update();
  unsettle();
}

function setView(name) {
  byId("view").value = name;
  model.look(name);
  compass();
  unsettle();
}

function setLabels(on) {
  labels.shown = on;
  byId("labels-button").setAttribute("aria-pressed", on);
  unsettle();
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  model.dress();
  plot.draw();
}

function setColour(name) {
  model.colour = name;
  byId("colour").value = name;
  for (const one of model.surfaces) one.mesh.material.needsUpdate = true;
  model.dress();
  const title = facts.measured[name], reach = model.movement.reach[name];
  byId("scale").hidden = !title;
  if (!title) return;
  const rises = name === "nerve_strain", middle = name === "length" ? 100 : 0;
  byId("scale-title").textContent = title;
  byId("scale-strip").style.background = `linear-gradient(to right, ${(rises ? facts.rising : facts.diverging).map(css).join(",")})`;
  const ticks = rises ? [0, reach / 2, reach] : [middle - reach, middle, middle + reach];
  byId("scale-ticks").replaceChildren(...ticks.map((v) => element("span", String(v).replace("-", "−"))));
}

function setMovement(number) {
  byId("movement").value = number;
  model.play(number);
  const told = model.movement;
  document.title = facts.movements.length > 1 ? `${told.title} · ${facts.title}` : told.title;
  byId("title").textContent = told.title;
  byId("canvas").setAttribute("aria-label", told.description);
  byId("phases").replaceChildren(
    ...told.phases.map((phase) => {
      const mark = document.createElement("i");
      mark.style.left = `${(100 * phase.start) / told.duration}%`;
      mark.style.width = `calc(${(100 * (phase.end - phase.start)) / told.duration}% - 2px)`;
      return mark;
    }),
  );
  caption = null;
  panel.about();
  labels.choose(told.labels);
  setColour(model.colour);
  setView(told.view);
  plot.draw();
  seek(0);
}

// What lies to the right of the picture, in words.
function compass() {
  const axis = new THREE.Vector3().setFromMatrixColumn(model.camera.matrixWorld, 0);
  const turn = new THREE.Matrix4().set(...model.movement.turn).transpose();
  axis.applyMatrix4(turn);
  if (facts.side === "left") axis.z *= -1;
  const words = [["anterior", "posterior"], ["superior", "inferior"], ["lateral", "medial"]];
  const parts = axis.toArray().map((v, i) => [Math.abs(v), words[i][v > 0 ? 0 : 1]]).sort((a, b) => b[0] - a[0]);
  byId("compass").textContent = `${parts[0][1]} →`;
}

function frame(now) {
  requestAnimationFrame(frame);
  const step = Math.min((now - last) / 1000, 0.1);
  last = now;
  if (playing) {
    const next = model.time + step * speed;
    seek(next > model.duration ? next % model.duration : next);
  }
  model.controls.update();
  if (model.dirty) {
    [changed, settled] = [now, false];
    compass();
    model.render();
  }
  // Labels glide on for a while after everything else has come to rest, and find their best places once.
  if (now - changed > 1200 && settled) return;
  const atRest = !settled && now - changed > 150;
  settled ||= atRest;
  labels.update(now, atRest);
}

// Labels are to be placed anew.
function unsettle() {
  model.dirty = true;
}

function keys(event) {
  if (event.target.closest("input, select, dialog, [role=tab]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest("button")) return;
  const phases = model.movement.phases;
  const actions = {
    " ": () => play(!playing),
    ArrowLeft: () => seek(event.shiftKey ? phases.findLast((p) => p.start < model.time - 0.05)?.start ?? 0 : model.time - FRAME_S),
    ArrowRight: () => seek(event.shiftKey ? phases.find((p) => p.start > model.time + 0.01)?.start ?? model.duration : model.time + FRAME_S),
    ArrowUp: () => setSpeed(SPEEDS[Math.min(SPEEDS.indexOf(speed) + 1, SPEEDS.length - 1)]),
    ArrowDown: () => setSpeed(SPEEDS[Math.max(SPEEDS.indexOf(speed) - 1, 0)]),
    Backspace: () => seek(0),
    Home: () => setView(model.view),
    0: () => setView(model.view),
    l: () => setLabels(!labels.shown),
    t: toggleTheme,
    i: () => model.chosen && isolate(model.alone ? null : model.chosen),
    h: () => model.chosen && setHidden(model.chosen, !model.hidden.has(model.chosen)),
    a: showAll,
    p: togglePanel,
    f: fullScreen,
    "?": () => byId("help").showModal(),
    Escape: () => choose(null),
  };
  facts.numbered.forEach((view, i) => (actions[i + 1] = () => setView(view)));
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  if (event.key.startsWith("Arrow") && event.key !== "ArrowUp" && event.key !== "ArrowDown") play(false);
  action();
}

const toggleTheme = () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : byId("app").requestFullscreen?.())?.catch?.(() => {});

function togglePanel() {
  const closed = document.body.classList.toggle("no-panel");
  byId("panel-button").setAttribute("aria-expanded", !closed);
  resize();
}

function setSpeed(value) {
  speed = value;
  byId("speed").value = value;
}

function resize() {
  model.resize();
  for (const entry of labels.entries) entry.size = null;
  if (model.view) setView(model.view);
  plot.draw();
}

function connect() {
  options(byId("movement"), facts.movements.map((m, i) => [i, m.title]));
  options(byId("view"), Object.keys(facts.views).map((name) => [name, name[0].toUpperCase() + name.slice(1)]));
  options(byId("colour"), [["tissue", "Tissue"], ["identity", "One colour each"], ["length", "By length"], ["strain", "By strain"], ["nerve_strain", "Nerve: strain"], ["nerve_excursion", "Nerve: sliding"]]);
  options(byId("speed"), SPEEDS.map((s) => [s, `${s}×`]));
  options(byId("quantity"), Object.entries(facts.choices));
  setSpeed(1);
  document.body.classList.toggle("many", facts.movements.length > 1);
  if (document.documentElement.hasAttribute("data-embed")) byId("tools").append(byId("movement").parentElement, byId("panel-button"));
  const on = (name, kind, action) => byId(name).addEventListener(kind, action);
  on("movement", "change", (e) => setMovement(Number(e.target.value)));
  on("view", "change", (e) => setView(e.target.value));
  on("colour", "change", (e) => setColour(e.target.value));
  on("speed", "change", (e) => setSpeed(Number(e.target.value)));
  on("quantity", "change", (e) => { plot.quantity = e.target.value; plot.draw(); });
  on("time", "input", (e) => { play(false); seek((e.target.value / 1000) * model.duration); });
  on("play", "click", () => play(!playing));
  on("labels-button", "click", () => setLabels(!labels.shown));
  on("home-button", "click", () => setView(model.view));
  on("theme-button", "click", toggleTheme);
  on("panel-button", "click", togglePanel);
  on("help-button", "click", () => byId("help").showModal());
  on("full-button", "click", fullScreen);
  byId("keys").replaceChildren(...facts.keys.flatMap(([key, does]) => [element("dt", key), element("dd", does)]));
  const canvas = byId("canvas");
  let down = null;
  canvas.addEventListener("pointerdown", (e) => (down = [e.clientX, e.clientY]));
  canvas.addEventListener("pointerup", (e) => {
    if (!down || Math.hypot(e.clientX - down[0], e.clientY - down[1]) > 6) return;
    const box = canvas.getBoundingClientRect();
    choose(model.pick(e.clientX - box.left, e.clientY - box.top));
  });
  canvas.addEventListener("dblclick", () => setView(model.view));
  addEventListener("keydown", keys);
  new ResizeObserver(resize).observe(byId("stage"));
}

async function start() {
  model = new Model(byId("canvas"));
  await model.load();
  labels = new Labels(model);
  panel = new Panel(model);
  plot = new Plot(model, (seconds) => { play(false); seek(seconds); });
  connect();
  if (document.documentElement.hasAttribute("data-embed")) document.body.classList.add("no-panel");
  model.resize();
  setMovement(0);
  byId("waiting").textContent = "";
  requestAnimationFrame(frame);
  play(!calm);
  // What a page round this one, or a test, may ask for.
  window.hamstring = { model, labels, seek, play, choose, setView, setHidden, setOpacity, isolate, showAll, setColour, setLabels, setTheme, setMovement };
  document.documentElement.dataset.ready = "true";
}

if (!document.documentElement.dataset.theme) document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
start().catch((problem) => {
  byId("waiting").textContent = /webgl/i.test(problem.message) ? "This browser cannot show 3D (WebGL is switched off or missing)." : problem.message;
  console.error(problem);
});
