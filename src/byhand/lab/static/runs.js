// Starting a run.

import { post } from "./live.js";

const form = document.getElementById("start");
const problem = document.getElementById("problem");
const recipe = form.elements.recipe;

function tellRecipe() {
  document.getElementById("about").textContent = recipe.selectedOptions[0].dataset.about;
}

recipe.addEventListener("change", tellRecipe);
tellRecipe();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  problem.hidden = true;
  const wish = new FormData(form);
  const response = await post("/runs", { recipe: wish.get("recipe"), mine: wish.has("mine"), quick: wish.has("quick") });
  button.disabled = false;
  if (response.status === 403) return;
  const answer = await response.json();
  if (answer.url) location.assign(answer.url);
  else {
    problem.textContent = answer.error;
    problem.hidden = false;
  }
});
