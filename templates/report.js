(() => {
  "use strict";
  const field = document.getElementById("search");
  const place = document.getElementById("hits");
  const cards = [...document.querySelectorAll("g[data-id]")];
  const make = (name, text) => { const made = document.createElement(name); made.textContent = text; return made; };
  const open = () => {
    const line = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const around = line && line.closest("details");
    if (around && !around.open) { around.open = true; line.scrollIntoView({ block: "center" }); }
  };
  addEventListener("hashchange", open);
  open();
  document.querySelector(".search").hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const told = (card) => (card.dataset.id + " " + card.textContent).toLowerCase();
    const found = words.length ? cards.filter((card) => words.every((word) => told(card).includes(word))) : [];
    cards.forEach((card) => card.classList.toggle("found", found.includes(card)));
    place.replaceChildren();
    if (!words.length) return;
    place.append(make("p", found.length === 1 ? "1 place" : found.length + " places"));
    const list = make("ul", "");
    found.slice(0, 50).forEach((card) => {
      const link = make("a", card.dataset.id);
      link.href = "#" + card.id;
      const entry = make("li", "");
      entry.append(link);
      list.append(entry);
    });
    place.append(list);
  });
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const card = document.getElementById(link.hash.slice(1));
    card.scrollIntoView({ block: "center", inline: "center" });
    const inner = card.querySelector("a");
    if (inner) inner.focus({ preventScroll: true });
  });
  cards.forEach((card, at) => { card.id = "card-" + at; });
})();
