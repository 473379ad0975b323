// The course: drawn again when progress changes anywhere, in the lab or in the terminal. What was unfolded stays so.

import { listen, status } from "./live.js";

const memory = "byhand:unfolded";
let first = true;

function unfold(ids) {
  for (const id of ids) document.getElementById(id)?.setAttribute("open", "");
}

function unfolded() {
  return [...document.querySelectorAll("main details[open]")].map((leg) => leg.id);
}

function goToLeg() {
  const id = location.hash.slice(1);
  unfold([id]);
  document.getElementById(id)?.scrollIntoView();
}

async function draw() {
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const open = unfolded();
  document.getElementById("main").replaceWith(page.getElementById("main"));
  unfold(open);
}

document.addEventListener("toggle", () => sessionStorage.setItem(memory, JSON.stringify(unfolded())), true);
if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") unfold(JSON.parse(sessionStorage.getItem(memory) ?? "[]"));
addEventListener("hashchange", goToLeg);
if (location.hash) goToLeg();

listen("/events", {
  open() {
    status("Watching");
    if (!first) draw();
    first = false;
  },
  progress: draw,
});
