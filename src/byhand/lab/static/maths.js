// Formulas: the server sends their TeX in elements of class "math".

import katex from "/static/vendor/katex/katex.mjs";

// KaTeX gives large brackets a style attribute, which the pages' policy refuses; by way of the object model it is allowed.
function withoutStyleAttributes(render) {
  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else set.call(this, name, value);
  };
  try {
    render();
  } finally {
    Element.prototype.setAttribute = set;
  }
}

export function typeset(root) {
  withoutStyleAttributes(() => {
    for (const element of root.querySelectorAll(".math:not([data-done])")) {
      const source = element.textContent;
      katex.render(source, element, { displayMode: element.classList.contains("block"), throwOnError: false, trust: false });
      element.dataset.done = "";
    }
  });
}
