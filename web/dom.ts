/** The two or three lines of DOM work that every panel needs. */

/** The element with this id; throws when the page lacks it, which is a mistake in index.html. */
export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no element with id "${id}"`);
  return element as T;
}

type Attributes = Readonly<Record<string, string>>;

/** A new element with attributes and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Sets text only when it differs, so that nothing is laid out or read out again without need. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
