"use strict";
// Marks made on this phone: kept in its own database until they are sent, and what became of each. A mark has an id of
// its own, so sending it twice is harmless, and the time of this phone's clock with what that clock lacked to the
// server's when the two were last compared: a clock that is set right later does not move it.

const SENT_STAY_MS = 3 * 24 * 3600 * 1000;
const BATCH = 50;
const BATCH_LETTERS = 1500000;

const queue = {
  /** Run one request of the database. */
  async run(store, mode, act) {
    this.database ??= new Promise((done, fail) => {
      const asked = indexedDB.open("site", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("marks", { keyPath: "n", autoIncrement: true }).createIndex("base", "base");
        asked.result.createObjectStore("clock");
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
    const transaction = (await this.database).transaction(store, mode);
    return new Promise((done, fail) => {
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  },

  offset() {
    return this.run("clock", "readonly", (store) => store.get("offset"));
  },

  /** Keep a mark made now. */
  async add(base, body, label) {
    const made = new Date();
    const mark = {
      base, label, body, id: newId(), made_at: made.toISOString(), offset_ms: await this.offset(),
      state: "saved", reason: "", kept_at: made.getTime(),
    };
    mark.n = await this.run("marks", "readwrite", (store) => store.add(mark));
    return mark;
  },

  of(base) {
    return this.run("marks", "readonly", (store) => store.index("base").getAll(base));
  },

  all() {
    return this.run("marks", "readonly", (store) => store.getAll());
  },

  /** The pages that have something to send, this one first; one that has nothing asks how it stands. */
  async pages(base) {
    const waiting = (await this.all()).filter((mark) => mark.state === "saved").map((mark) => mark.base);
    return [...new Set([...(base === "" ? [] : [base]), ...waiting])];
  },

  put(mark) {
    return this.run("marks", "readwrite", (store) => store.put(mark));
  },

  remove(n) {
    return this.run("marks", "readwrite", (store) => store.delete(n));
  },

  /** Send what is saved for one page; tells how it stands: idle, waiting, offline, signed_out or closed. */
  async send(base) {
    if (navigator.locks === undefined) return this.sendAlone(base);
    return navigator.locks.request("site-queue", () => this.sendAlone(base));
  },

  async sendAlone(base) {
    let pulse;
    try {
      pulse = await this.compareClocks(base);
    } catch {
      return "offline";
    }
    if (typeof pulse === "string") return pulse;
    for (;;) {
      const batch = nextBatch((await this.of(base)).filter((mark) => mark.state === "saved"));
      if (batch.length === 0) break;
      let answered;
      try {
        answered = await this.sendBatch(base, batch, pulse);
      } catch {
        return "offline";
      }
      if (answered === 0) return "waiting";
    }
    await this.forget();
    return "idle";
  },

  /** Ask for the server's time; half of what the question took lies between its clock and ours. */
  async compareClocks(base) {
    const asked = Date.now();
    const answer = await fetch(`${base}/pulse`, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (answer.headers.has("HX-Redirect")) return "signed_out";
    if ([403, 404, 410].includes(answer.status)) return "closed";
    if (!answer.ok) throw new Error("no pulse");
    const pulse = await answer.json();
    const offset = Math.round(Date.parse(pulse.now) - (asked + Date.now()) / 2);
    await this.run("clock", "readwrite", (store) => store.put(offset, "offset"));
    return { csrf: pulse.csrf, offset };
  },

  async sendBatch(base, batch, pulse) {
    const marks = batch.map((mark) => ({
      ...mark.body, id: mark.id, made_at: mark.made_at, offset_ms: mark.offset_ms ?? pulse.offset,
    }));
    const answer = await fetch(`${base}/marks`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "HX-Request": "true", "X-CSRF-Token": pulse.csrf },
      body: JSON.stringify({ marks }),
    });
    if (!answer.ok || answer.status === 204) return 0;
    const { answers } = await answer.json();
    const byId = new Map(batch.map((mark) => [mark.id, mark]));
    for (const one of answers) {
      const mark = byId.get(one.id);
      if (mark === undefined) continue;
      const image = mark.body.image === undefined ? {} : { image: "" };
      const body = one.fate === "refused" ? mark.body : { ...mark.body, ...image };
      await this.put({ ...mark, body, state: one.fate === "refused" ? "refused" : "sent", reason: one.reason });
    }
    return answers.length;
  },

  /** Let go of what was sent days ago, from whatever page. */
  async forget() {
    for (const mark of await this.all()) {
      if (mark.state === "sent" && Date.now() - mark.kept_at > SENT_STAY_MS) await this.remove(mark.n);
    }
  },
};

/** The next marks to send, in their order, and no more than fit into one request. */
function nextBatch(saved) {
  const batch = [];
  let letters = 0;
  for (const mark of saved.slice(0, BATCH)) {
    letters += JSON.stringify(mark.body).length;
    if (batch.length > 0 && letters > BATCH_LETTERS) break;
    batch.push(mark);
  }
  return batch;
}

function newId() {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
