// An exercise's page: the result is drawn by the server and swapped in after every save.

import { listen, post, say, status } from "./live.js";
import { typeset } from "./maths.js";

const panel = document.getElementById("result");
const name = panel.dataset.exercise;
const base = `/exercises/${name}`;
let first = true;

function show(html) {
  const depth = Number(panel.querySelector(".finding")?.dataset.depth ?? 0);
  const title = panel.querySelector(".finding h2")?.textContent;
  const open = [...panel.querySelectorAll("details")].map((d) => [d.className, d.open]);
  const scrolled = panel.scrollTop;
  panel.innerHTML = html;
  for (const [which, was] of open) {
    const again = which && panel.querySelector(`details.${which}`);
    if (again) again.open = was;
  }
  if (panel.querySelector(".finding h2")?.textContent === title) {
    panel.scrollTop = scrolled;
    for (const part of panel.querySelectorAll(".deeper")) {
      if (Number(part.dataset.opened) > depth) part.classList.add("fresh");
    }
  } else {
    panel.scrollTop = 0;
  }
  typeset(panel);
}

listen(`${base}/events`, {
  async open() {
    status("Watching");
    if (!first || panel.querySelector('[data-verdict="checking"]')) show(await (await fetch(`${base}/result`)).text());
    first = false;
  },
  checking: () => status("Checking", "busy"),
  result(data) {
    status("Watching");
    show(data.html);
    document.querySelector("#state .mark").className = `mark ${data.state}`;
    const derivation = document.getElementById("derivation");
    if (data.state === "passed" && derivation) derivation.open = true;
    panel.dispatchEvent(new CustomEvent("byhand:result", { bubbles: true }));
  },
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button || (button.dataset.confirm && !confirm(button.dataset.confirm))) return;
  const action = button.dataset.post;
  button.disabled = true;
  const response = await post(`${base}/${action}`);
  button.disabled = false;
  if (response.status === 409) {
    const problem = document.getElementById("problem");
    problem.textContent = (await response.json()).error;
    problem.hidden = false;
  }
  if (!response.ok) return;
  if (action === "deeper" || action === "hint") {
    show(await response.text());
    (panel.querySelector(`button[data-post="${action}"]`) ?? panel).focus?.({ preventScroll: true });
  } else {
    const data = await response.json();
    if (data.url) location.assign(data.url);
    else say(data.message);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const action = { w: "deeper", h: "hint" }[event.key];
  if (action) panel.querySelector(`button[data-post="${action}"]`)?.click();
  else if (event.key === "n") document.getElementById("next")?.click();
});

typeset(document);
