"use strict";

// The field of an address with the places it may mean: a combobox (ARIA 1.2) whose list the server draws. Choosing one
// fills latitude and longitude of the same form; the map follows these, and so does whatever listens to the form.

const PAUSE_MS = 350;
const SHORTEST = 3;

class AddressField {
  constructor(box) {
    this.input = box.querySelector("[role=combobox]");
    this.list = box.querySelector("[role=listbox]");
    this.said = box.querySelector("[data-address-said]");
    this.types = "typing" in box.dataset;
    this.asked = this.input.value;
    this.waiting = 0;
    this.request = null;
    this.shownFor = null;
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    box.querySelector("[data-address-find]").addEventListener("click", () => {
      this.input.focus();
      this.ask(false);
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  }

  typed() {
    clearTimeout(this.waiting);
    this.request?.abort();
    this.request = null;
    this.close();
    if (this.types && this.input.value.trim().length >= SHORTEST) {
      this.waiting = setTimeout(() => this.ask(true), PAUSE_MS);
    }
  }

  pressed(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open && !this.reopen()) this.ask(false);
      else this.mark(event.key === "ArrowDown" ? this.active + 1 : Math.max(this.active, 0) - 1);
    } else if (event.key === "Escape" && open) {
      // Only the list: the dialog around it stays.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.choose(this.options[this.active]);
    } else if (event.key === "Enter" && this.request !== null) {
      event.preventDefault();
    } else if (event.key === "Enter" && this.input.value !== this.asked) {
      event.preventDefault();
      this.ask(false);
    }
  }

  async ask(typing) {
    const wanted = this.input.value.trim();
    clearTimeout(this.waiting);
    this.request?.abort();
    this.request = null;
    if (wanted.length < SHORTEST) return;
    if (!typing) this.asked = this.input.value;
    const request = new AbortController();
    this.request = request;
    try {
      const query = new URLSearchParams({ q: wanted.slice(0, 200), typing: String(typing) });
      const answer = await fetch(`/geocode?${query}`, { headers: { "HX-Request": "true" }, signal: request.signal });
      if (answer.ok) this.show(await answer.text(), typing);
      else if (!typing) this.say(decodeURIComponent(answer.headers.get("X-Problem") ?? answer.statusText));
    } catch (trouble) {
      if (trouble.name !== "AbortError" && !typing) this.say(this.said.dataset.offline);
    }
    if (this.request === request) this.request = null;
  }

  /** Show again what was found for what still stands there; whether there is any. */
  reopen() {
    if (this.options.length === 0 || this.shownFor !== this.input.value) return false;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    return true;
  }

  /** Show what the server drew; it escapes what services say. */
  show(html, typing) {
    const drawn = document.createElement("template");
    drawn.innerHTML = html;
    const said = drawn.content.querySelector("[data-said]");
    said.remove();
    this.list.replaceChildren(drawn.content);
    this.shownFor = this.input.value;
    const found = this.options.length;
    if (found > 0 || !typing) this.say(said.dataset.said);
    this.list.hidden = found === 0 || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  mark(index) {
    const options = this.options;
    if (options.length === 0) return;
    const wanted = options[(index + options.length) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === wanted));
    this.input.setAttribute("aria-activedescendant", wanted.id);
    wanted.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    const fields = this.input.form.elements;
    this.input.value = option.dataset.address;
    this.asked = this.input.value;
    fields.lat.value = Number(option.dataset.lat).toFixed(5);
    fields.lon.value = Number(option.dataset.lon).toFixed(5);
    this.close();
    this.say("");
    fields.lat.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  say(words) {
    this.said.textContent = words;
  }
}

function findAddresses() {
  for (const box of document.querySelectorAll("[data-address]")) {
    if (box.dataset.found) continue;
    box.dataset.found = "yes";
    new AddressField(box);
  }
}

document.addEventListener("htmx:afterSettle", findAddresses);
findAddresses();
