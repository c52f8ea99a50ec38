/* For `large_text.py`: what is wider than the window, cut off, covered or too small to be pressed. */
(smallest) => {
  const wrong = new Set();
  const modal = [...document.querySelectorAll("dialog[open], [role=dialog], [role=alertdialog]")].at(-1);
  const scope = modal ?? document.body;
  const unseen = ".sr, .leaflet-container, option, [aria-hidden=true] svg, noscript, script, style";
  const nameOf = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class")} "${e.textContent.trim().slice(0, 24)}"`;
  const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";

  const widest = document.scrollingElement.scrollWidth;
  if (widest > document.documentElement.clientWidth) {
    const cause = [...scope.querySelectorAll("*")].find((e) => e.getBoundingClientRect().right >= widest - 1);
    wrong.add(`the page is ${widest} px wide, for ${cause && nameOf(cause)}`);
  }

  /** The part that stands still over the rest, if it is in one. */
  const standing = (e) => {
    for (let at = e; at && at !== scope; at = at.parentElement)
      if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return at;
    return null;
  };

  /** A box of text against all that holds it: up to whatever can be scrolled. */
  const held = (owner, box) => {
    for (let at = owner; at && at !== document.documentElement; at = at.parentElement) {
      const { display, overflowX, overflowY } = getComputedStyle(at);
      if (display === "inline") continue;
      const edge = at.getBoundingClientRect();
      const own = at === owner || at.matches("button, a, .tag, [role=timer]");
      const beside = box.right > edge.right + 2 || box.left < edge.left - 2;
      // A line of text is less high than its box.
      const inset = box.height * 0.2;
      const below = box.bottom - inset > edge.bottom + 2 || box.top + inset < edge.top - 2;
      if (beside && !scrolls(overflowX) && (own || overflowX !== "visible")) wrong.add(`cut off beside: ${nameOf(owner)}`);
      if (below && !scrolls(overflowY) && (own || overflowY !== "visible")) wrong.add(`cut off below: ${nameOf(owner)}`);
      if (scrolls(overflowX) || at === scope) return;
    }
  };

  const texts = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const owner = node.parentElement;
    const shown = owner.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!node.data.trim() || !shown || owner.closest(unseen) || getComputedStyle(owner).clipPath !== "none") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2) continue;
      held(owner, box);
      // Of a line that is lower than its type, what is drawn.
      const air = Math.max(0, (box.height - parseFloat(getComputedStyle(owner).fontSize)) / 2);
      texts.push({ owner, left: box.left, right: box.right, top: box.top + air, bottom: box.bottom - air, over: standing(owner) });
    }
  }

  texts.forEach((a, at) => {
    for (const b of texts.slice(at + 1)) {
      // What stands still lets the rest pass under it.
      if (a.owner === b.owner || (a.over !== b.over && !(a.over && b.over))) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 2 && down > 3) wrong.add(`one upon the other: ${nameOf(a.owner)}, ${nameOf(b.owner)}`);
    }
  });

  const targets = "button, a[href], input, select, textarea, summary, label.choice, label.way";
  for (const e of scope.querySelectorAll(targets)) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest(".sr, .leaflet-container")) continue;
    // What lies unseen upon another, or belongs to a label, is pressed there.
    if (e.matches("input") && (e.closest("label") || getComputedStyle(e).opacity === "0")) continue;
    const { width, height } = e.getBoundingClientRect();
    const least = smallest - 0.5;
    if (width && (width < least || height < least))
      wrong.add(`too small for a thumb: ${nameOf(e)} ${Math.round(width)} × ${Math.round(height)}`);
  }
  return [...wrong];
}
