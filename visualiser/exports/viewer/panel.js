// The panel: what there is to see, facts about what was chosen, and what the movement is about.

const KINDS = [[MUSCLE, "Muscles"], [NERVE, "Nerve"], [BONE, "Bones"]];
const byId = (name) => document.getElementById(name);

function element(kind, text = "", properties = {}) {
  const made = Object.assign(document.createElement(kind), properties);
  if (text) made.textContent = text;
  return made;
}

class Panel {
  constructor(model) {
    this.model = model;
    this.rows = new Map();
    this.list();
    const tabs = [...byId("tabs").children];
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => this.open(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.stopPropagation();
        const next = tabs[(i + step + tabs.length) % tabs.length];
        this.open(next);
        next.focus();
      });
    });
    byId("show-all").addEventListener("click", () => showAll());
  }

  open(tab) {
    for (const other of byId("tabs").children) {
      const open = other === tab;
      other.setAttribute("aria-selected", open);
      other.tabIndex = open ? 0 : -1;
      byId(other.getAttribute("aria-controls")).hidden = !open;
    }
    if (tab.id === "tab-plot") refreshPlot();
  }

  list() {
    const there = new Set(this.model.surfaces.filter((s) => s.kind !== PROP).map((s) => s.structure));
    for (const [kind, heading] of KINDS) {
      const names = Object.keys(facts.structures).filter((name) => facts.structures[name].kind === kind && there.has(name));
      if (!names.length) continue;
      byId("list").append(element("h2", heading));
      for (const name of names) byId("list").append(this.row(name));
    }
  }

  row(name) {
    const told = facts.structures[name];
    const row = element("div", "", { className: "entry" });
    const box = element("input", "", { type: "checkbox", checked: true, title: "Show or hide" });
    box.setAttribute("aria-label", `Show ${told.name}`);
    box.addEventListener("change", () => setHidden(name, !box.checked));
    const button = element("button", told.name, { className: "name", title: told.latin });
    button.style.setProperty("--dot", told.colour);
    button.addEventListener("click", () => choose(this.model.chosen === name ? null : name));
    const alone = element("button", "", { className: "isolate", title: "Show alone" });
    alone.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="3" class="solid"/><path d="M12 3.5v4M12 16.5v4M3.5 12h4M16.5 12h4"/></svg>';
    alone.setAttribute("aria-label", `Show ${told.name} alone`);
    alone.addEventListener("click", () => isolate(this.model.alone === name ? null : name));
    row.append(box, button, alone);
    this.rows.set(name, { row, box, button, alone });
    return row;
  }

  // Bring ticks and marks up to date.
  update() {
    for (const [name, { row, box, button, alone }] of this.rows) {
      box.checked = !this.model.hidden.has(name);
      row.classList.toggle("chosen", this.model.chosen === name);
      button.setAttribute("aria-pressed", this.model.chosen === name);
      alone.setAttribute("aria-pressed", this.model.alone === name);
    }
  }

  card(name) {
    const card = byId("card");
    card.replaceChildren();
    const told = facts.structures[name];
    if (!told) return;
    card.append(element("h2", told.name), element("p", told.latin, { className: "latin" }));
    const fade = element("label", "Solid", { className: "opacity" });
    const slider = element("input", "", { type: "range", min: 5, max: 100, value: 100 * (this.model.opacity.get(name) ?? 1) });
    slider.setAttribute("aria-label", `How solid ${told.name} is, percent`);
    slider.addEventListener("input", () => setOpacity(name, slider.value / 100));
    fade.append(slider);
    card.append(fade);
    const rows = element("dl");
    for (const [label, text] of told.facts) rows.append(element("dt", label), element("dd", text));
    card.append(rows);
    const sources = element("ul", "", { className: "sources" });
    for (const source of told.sources) sources.append(element("li", source));
    card.append(sources);
  }

  // What the movement is about.
  about() {
    const told = this.model.movement, about = byId("about");
    about.replaceChildren(element("h2", told.title), element("p", told.summary));
    if (told.phases.length) {
      about.append(element("h3", "Phases"));
      const list = element("ol");
      for (const phase of told.phases) {
        const item = element("li", `${phase.caption} (${phase.start}–${phase.end} s)`, { tabIndex: 0 });
        item.addEventListener("click", () => seek(phase.start));
        item.addEventListener("keydown", (event) => event.key === "Enter" && seek(phase.start));
        list.append(item);
      }
      about.append(list);
    }
    if (told.claim) {
      about.append(element("h3", "A claim, judged"), element("blockquote", told.claim));
      const verdict = element("p");
      verdict.append(element("span", told.verdict, { className: "verdict" }), ` ${told.comment}`);
      about.append(verdict);
    }
    about.append(element("h3", "Sources"), element("p", told.sources, { className: "quiet" }));
    about.append(element("p", facts.about, { className: "quiet" }));
  }
}
