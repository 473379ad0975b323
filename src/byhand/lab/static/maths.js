// Formulas: the server sends their TeX in elements of class "math".

import katex from "/static/vendor/katex/katex.mjs";

export function typeset(root) {
  for (const element of root.querySelectorAll(".math:not([data-done])")) {
    const source = element.textContent;
    katex.render(source, element, { displayMode: element.classList.contains("block"), throwOnError: false, trust: false });
    element.dataset.done = "";
  }
}
