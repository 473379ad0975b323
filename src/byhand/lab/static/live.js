// What all pages share: acting with the token, listening to the server, and saying how the connection is.

const token = document.querySelector('meta[name="byhand-token"]').content;
const live = document.getElementById("live");
const toast = document.getElementById("toast");
let hiding;

export async function post(path, body = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-byhand-token": token },
    body: JSON.stringify(body),
  });
  if (response.status === 403) say("This page is older than the lab that runs now. Load it again.");
  return response;
}

// A browser keeps six connections to a server, all tabs together: a page that is not looked at lets go of its own.
export function listen(path, handlers) {
  let source = null;
  const close = () => {
    source?.close();
    source = null;
  };
  const open = () => {
    if (source) return;
    source = new EventSource(path);
    source.onopen = () => handlers.open?.();
    source.onerror = () => status("The lab is not running", "lost");
    for (const [event, handle] of Object.entries(handlers)) {
      if (event !== "open") source.addEventListener(event, (message) => handle(JSON.parse(message.data)));
    }
  };
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  if (!document.hidden) open();
}

export function status(text, state = "") {
  live.textContent = text;
  live.dataset.state = state;
}

export function say(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 6000);
}
