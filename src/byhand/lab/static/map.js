// The course: drawn again when progress changes anywhere, in the lab or in the terminal.

import { listen, status } from "./live.js";

let first = true;

async function draw() {
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  document.getElementById("main").replaceWith(page.getElementById("main"));
}

listen("/events", {
  open() {
    status("Watching");
    if (!first) draw();
    first = false;
  },
  progress: draw,
});
