// The plot: a quantity of each head over the movement, with the moment as a cursor; dragging in it moves through the movement.

const DASHES = { semitendinosus: [], semimembranosus: [7, 3], biceps_femoris_long_head: [9, 3, 2, 3], biceps_femoris_short_head: [3, 2] };

class Plot {
  // seek : called with seconds
  constructor(model, seek) {
    this.model = model;
    this.canvas = document.getElementById("plot");
    this.legend = document.getElementById("legend");
    this.quantity = "length";
    const drag = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      if (event.type === "pointerdown") this.canvas.setPointerCapture(event.pointerId);
      seek(((event.offsetX - this.left) / (this.right - this.left)) * model.duration);
    };
    this.canvas.addEventListener("pointerdown", drag);
    this.canvas.addEventListener("pointermove", drag);
  }

  get lines() {
    return Object.entries(this.model.movement.series[this.quantity]);
  }

  colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--line-${name}`).trim() || getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  }

  label(name) {
    return facts.structures[name]?.short || facts.coordinates[name] || name;
  }

  // The lines again: for another movement, quantity, theme or size.
  draw() {
    const scale = devicePixelRatio || 1, width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width) return;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue("--quiet"), grid = style.getPropertyValue("--line");
    const all = this.lines.flatMap(([, values]) => values);
    let [low, high] = [Math.min(...all), Math.max(...all)];
    if (high - low < 1) [low, high] = [low - 1, high + 1];
    const step = [0.5, 1, 2, 5, 10, 20, 50, 100, 200].find((s) => (high - low) / s <= 5.5) || 500;
    [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
    [this.left, this.right, this.top, this.bottom] = [42, width - 10, 24, height - 24];
    this.x = (t) => this.left + (t / this.model.duration) * (this.right - this.left);
    this.y = (v) => this.bottom - ((v - low) / (high - low)) * (this.bottom - this.top);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = ink;
    pen.textBaseline = "alphabetic";
    pen.fillText(facts.quantities[this.quantity], 4, 13);
    this.model.movement.phases.forEach((phase, i) => {
      if (i % 2) return;
      pen.globalAlpha = 0.35;
      pen.fillStyle = grid;
      pen.fillRect(this.x(phase.start), this.top, this.x(phase.end) - this.x(phase.start), this.bottom - this.top);
      pen.globalAlpha = 1;
    });
    pen.strokeStyle = grid;
    pen.fillStyle = ink;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (let v = low; v <= high + 1e-9; v += step) {
      pen.beginPath();
      pen.moveTo(this.left, this.y(v));
      pen.lineTo(this.right, this.y(v));
      pen.stroke();
      pen.fillText(String(Math.round(v * 10) / 10).replace("-", "−"), this.left - 6, this.y(v));
    }
    pen.textBaseline = "top";
    pen.textAlign = "center";
    const every = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((s) => this.model.duration / s <= 7) || 20;
    for (let t = 0; t <= this.model.duration + 1e-9; t += every) pen.fillText(`${Math.round(t * 100) / 100}${t === 0 ? " s" : ""}`, this.x(t), this.bottom + 6);
    pen.lineWidth = 2;
    for (const [name, values] of this.lines) {
      pen.strokeStyle = this.colour(name);
      pen.setLineDash(DASHES[name] || []);
      pen.beginPath();
      values.forEach((value, i) => pen.lineTo(this.x((i / (values.length - 1)) * this.model.duration), this.y(value)));
      pen.stroke();
    }
    pen.setLineDash([]);
    this.still = pen.getImageData(0, 0, this.canvas.width, this.canvas.height);
    this.names();
    this.cursor();
  }

  names() {
    this.legend.replaceChildren(
      ...this.lines.map(([name]) => {
        const row = document.createElement("div");
        const dash = (DASHES[name] || []).join(" ");
        row.innerHTML = `<svg viewBox="0 0 30 8" aria-hidden="true"><path d="M0 4h30" stroke-width="3" fill="none"/></svg><span></span><b></b>`;
        row.querySelector("path").setAttribute("stroke", this.colour(name));
        row.querySelector("path").setAttribute("stroke-dasharray", dash);
        row.querySelector("span").textContent = this.label(name);
        row.dataset.name = name;
        return row;
      }),
    );
  }

  // The moment, as a line, dots and numbers.
  cursor() {
    if (!this.still || !this.canvas.clientWidth) return;
    const pen = this.canvas.getContext("2d");
    pen.putImageData(this.still, 0, 0);
    const x = this.x(this.model.time), style = getComputedStyle(document.documentElement);
    pen.strokeStyle = style.getPropertyValue("--ink");
    pen.lineWidth = 1.2;
    pen.beginPath();
    pen.moveTo(x, this.top);
    pen.lineTo(x, this.bottom);
    pen.stroke();
    for (const row of this.legend.children) {
      const value = this.model.value(this.quantity, row.dataset.name);
      row.querySelector("b").textContent = `${value.toFixed(1).replace("-", "−")} ${facts.units[this.quantity]}`;
      pen.fillStyle = this.colour(row.dataset.name);
      pen.beginPath();
      pen.arc(x, this.y(value), 4, 0, 2 * Math.PI);
      pen.fill();
    }
  }
}
