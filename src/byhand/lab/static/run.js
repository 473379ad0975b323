// A run's page: the server sends what the run writes, and this draws it.

import uPlot from "/static/vendor/uplot/uPlot.esm.js";
import { listen, post, status } from "./live.js";

const head = document.getElementById("run");
const base = `/runs/${head.dataset.run}`;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const percent = (x) => `${(100 * x).toFixed(1)} %`;
const bad = ["failed", "diverged"];

let steps = [];
let epochs = [];
let weights = null;
let target = null;
let parts = []; // the trainings of a study, in order
let rows = 0;
let charts = {};
let waiting = false;

// A centred mean: one that only looks back would lag behind the curve.
function smooth(values) {
  const reach = Math.floor(values.length / 60);
  let [from, to, sum, count] = [0, 0, 0, 0];
  return values.map((_, i) => {
    for (; to < values.length && to <= i + reach; to++) if (values[to] != null) [sum, count] = [sum + values[to], count + 1];
    for (; from < i - reach; from++) if (values[from] != null) [sum, count] = [sum - values[from], count - 1];
    return count ? sum / count : null;
  });
}

const palette = () => ["--accent", "--second", "--right", "--warm", "--wrong", "--soft"].map(colour);

// The trainings of a study beside one another, each over its own steps and epochs.
function partTables() {
  const loss = new Map();
  const accuracy = new Map();
  const put = (map, x, index, y) => {
    if (!map.has(x)) map.set(x, Array(parts.length).fill(null));
    map.get(x)[index] = y;
  };
  parts.forEach((part, index) => {
    const own = steps.filter((s) => s.part === part);
    const smoothed = smooth(own.map((s) => (s.loss > 0 ? s.loss : null)));
    own.forEach((s, i) => put(loss, s.step - own[0].step + 1, index, smoothed[i]));
    epochs.filter((e) => e.part === part).forEach((e) => put(accuracy, e.epoch, index, e.val_accuracy ?? null));
  });
  const table = (map) => {
    const xs = [...map.keys()].sort((a, b) => a - b);
    return [xs, ...parts.map((_, index) => xs.map((x) => map.get(x)[index]))];
  };
  return { loss: table(loss), accuracy: table(accuracy) };
}

function tables() {
  if (parts.length) return partTables();
  const losses = steps.map((s) => (s.loss > 0 ? s.loss : null)); // its axis is logarithmic
  return {
    loss: [steps.map((s) => s.step), losses, smooth(losses)],
    accuracy: [
      epochs.map((e) => e.epoch),
      epochs.map((e) => e.train_accuracy ?? null),
      epochs.map((e) => e.val_accuracy ?? null),
      epochs.map(() => target),
    ],
  };
}

function chart(id, series, axis) {
  const box = document.getElementById(id);
  charts[id]?.destroy();
  const lines = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const options = {
    width: box.clientWidth,
    height: 225,
    cursor: { y: false },
    legend: { live: false },
    scales: { x: { time: false }, ...axis.scales },
    axes: [{ ...lines, label: axis.x, labelSize: 18, labelFont: "12px system-ui", size: 30, ...(axis.incrs && { incrs: axis.incrs }) }, { ...lines, size: 48, values: axis.values, ...(axis.splits && { splits: axis.splits, filter: axis.filter }) }],
    series: [{ label: axis.x }, ...series],
  };
  charts[id] = new uPlot(options, tables()[id], box);
}

// 1, 2 and 5 of every power of ten within the range.
const logarithmic = {
  splits(u, axis, low, high) {
    const powers = Array.from({ length: 25 }, (_, i) => i - 16);
    return powers.flatMap((p) => [1, 2, 5].map((d) => Number(`${d}e${p}`))).filter((x) => x >= low && x <= high);
  },
  filter: (u, ticks) => ticks,
  values: (u, ticks) => ticks.map(String),
};

function draw() {
  const each = parts.map((part, i) => ({ label: part, stroke: palette()[i % 6], width: 2, dash: i < 6 ? [] : [4, 3], spanGaps: true, points: { show: false } }));
  const faint = { label: "each step", stroke: colour("--accent") + "55", width: 1, points: { show: false } };
  const strong = { label: "smoothed", stroke: colour("--accent"), width: 2, points: { show: false } };
  chart("loss", parts.length ? each : [faint, strong], { x: "step", scales: { y: { distr: 3, range: (u, low, high) => [(low ?? 0.1) / 1.2, Math.min(high ?? 10, parts.length ? 10 : Infinity) * 1.2] } }, ...logarithmic });
  chart(
    "accuracy",
    parts.length ? each.map((series) => ({ ...series, points: { size: 5 } })) : [
      { label: "training", stroke: colour("--second"), width: 2, points: { size: 5 } },
      { label: "validation", stroke: colour("--accent"), width: 2, points: { size: 5 } },
      { label: "target", stroke: colour("--right"), width: 1, dash: [5, 5], points: { show: false } },
    ],
    { x: "epoch", incrs: [1, 2, 5, 10, 20, 50, 100], scales: { y: { range: (u, low, high) => [Math.max(0, Math.min(low ?? 0, 0.9) - 0.02), Math.min(1.005, Math.max(high ?? 1, target ?? 0) + 0.05)] } }, values: (u, ticks) => ticks.map((t) => String(Number(t.toFixed(3)))) },
  );
  paint();
}

function update() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const data = tables();
    for (const id of Object.keys(charts)) charts[id].setData(data[id]);
  });
}

function value(name, text, met = false) {
  const element = document.querySelector(`[data-value="${name}"]`);
  if (!element) return; // a run that trains nothing
  element.textContent = text ?? "–";
  element.classList.toggle("met", met);
}

function channels(hex) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = hex;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

// About twice as wide as high, with as few places left over as can be.
function columnsFor(count) {
  let best = Math.ceil(Math.sqrt(1.6 * count));
  for (let across = best; across <= Math.sqrt(2.4 * count); across++) {
    if (across * Math.ceil(count / across) < best * Math.ceil(count / best)) best = across;
  }
  return Math.min(count, best);
}

function paint() {
  const list = weights?.grids ?? [];
  if (!list.length) return;
  document.getElementById("weights-card").hidden = false;
  const canvas = document.getElementById("weights");
  const [rows, columns] = [list[0].length, list[0][0].length];
  const across = columnsFor(list.length);
  const down = Math.ceil(list.length / across);
  const cell = Math.max(2, Math.floor(900 / (across * (columns + 1))));
  canvas.width = across * (columns + 1) * cell - cell;
  canvas.height = down * (rows + 1) * cell - cell;
  const most = list.flat(3).reduce((highest, w) => Math.max(highest, Math.abs(w)), 1e-9); // too many to be arguments
  const [low, middle, high] = ["--second", "--card", "--accent"].map((c) => channels(colour(c)));
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  list.forEach((grid, unit) => {
    const [left, top] = [(unit % across) * (columns + 1) * cell, Math.floor(unit / across) * (rows + 1) * cell];
    grid.forEach((row, i) =>
      row.forEach((w, j) => {
        const [end, t] = [w < 0 ? low : high, (Math.abs(w) / most) ** 0.7];
        const shade = Array.isArray(w) ? w.map((v) => 128 + (127 * v) / most) : middle.map((m, k) => m + (end[k] - m) * t);
        context.fillStyle = `rgb(${shade.map(Math.round).join(" ")})`;
        context.fillRect(left + j * cell, top + i * cell, cell, cell);
      }),
    );
  });
  canvas.dataset.painted = String(Number(canvas.dataset.painted ?? 0) + 1);
  document.getElementById("weights-range").textContent = `from −${most.toFixed(2)} to ${most.toFixed(2)}`;
}

function layers(list) {
  const body = document.getElementById("layers");
  const most = (key) => Math.max(1e-12, ...list.map((l) => l[key] ?? 0));
  const cell = (layer, key) => {
    const td = document.createElement("td");
    td.className = "numeric";
    const bar = document.createElement("span");
    bar.className = "bar-cell";
    bar.style.width = `${(3 * (layer[key] ?? 0)) / most(key)}rem`;
    td.append(bar, layer[key] == null ? "–" : layer[key].toPrecision(3));
    return td;
  };
  body.replaceChildren(
    ...list.map((layer) => {
      const row = document.createElement("tr");
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = layer.name;
      row.append(name, cell(layer, "activation_std"), cell(layer, "gradient_norm"));
      return row;
    }),
  );
}

async function pictures() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  document.getElementById("pictures").replaceWith(page.getElementById("pictures"));
  document.getElementById("mine").replaceWith(page.getElementById("mine"));
  document.getElementById("table").replaceWith(page.getElementById("table"));
}

let was = head.querySelector(".status").dataset.status;

listen(`${base}/events`, {
  open() {
    steps = [];
    epochs = [];
    status("Following");
  },
  reset() {
    steps = [];
    epochs = [];
  },
  metrics(lines) {
    for (const line of lines) {
      if ("loss" in line) steps.push(line);
      if ("val_accuracy" in line || "train_accuracy" in line) epochs.push(line);
    }
    const named = [...new Set(lines.map((line) => line.part).filter((part) => part && !parts.includes(part)))];
    if (named.length) {
      parts.push(...named);
      draw();
    }
    const [step, epoch] = [steps.at(-1), epochs.at(-1)];
    if (step) value("loss", step.loss == null ? "not finite" : step.loss.toFixed(4));
    value("epoch", String(Math.floor(epoch?.epoch ?? step?.epoch ?? 0)));
    if (epoch?.val_accuracy != null) value("val_accuracy", percent(epoch.val_accuracy));
    if (epoch?.layers?.length) layers(epoch.layers);
    update();
  },
  weights(data) {
    weights = data;
    paint();
  },
  run(record) {
    const badge = head.querySelector(".status");
    badge.dataset.status = badge.textContent = record.status;
    head.querySelector('[data-post="stop"]').hidden = record.status !== "running";
    head.querySelector('[data-post="resume"]').hidden = record.status !== "stopped";
    const over = record.table.length > 0 && record.status !== "running"; // then its last training's numbers say nothing of a study
    for (const element of document.querySelectorAll("[data-live]")) element.hidden = over;
    target = record.asked.find((asked) => asked.metric.endsWith("_accuracy"))?.value ?? null;
    record.goals.forEach((goal, i) => {
      const element = document.querySelector(`[data-goal="${i}"]`);
      element.textContent = goal.reached || "–";
      element.classList.toggle("met", goal.met);
    });
    value("seconds", record.seconds == null ? null : `${record.seconds.toFixed(1)} s`);
    const problem = document.getElementById("problem");
    if (bad.includes(record.status) && record.error) {
      problem.hidden = false;
      problem.textContent = record.error;
    }
    if ((record.status !== was && record.status !== "running") || record.table.length !== rows) pictures();
    rows = record.table.length;
    was = record.status;
    update();
  },
});

head.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button) return;
  button.disabled = true;
  const response = await post(`${base}/${button.dataset.post}`);
  button.disabled = false;
  const problem = document.getElementById("problem");
  problem.hidden = response.status !== 409;
  if (!problem.hidden) problem.textContent = (await response.json()).error;
});

addEventListener("resize", () => {
  for (const [id, c] of Object.entries(charts)) c.setSize({ width: document.getElementById(id).clientWidth, height: 225 });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
