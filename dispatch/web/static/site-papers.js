"use strict";
// What goes with a mark as a picture: a photo of the register, made small here, and the client's signature.

const LONGEST_SIDE = 1600;
const QUALITY = 0.7;

/** A picture as the mark carries it: base64 without its head. */
function base64(canvas, type, quality) {
  return canvas.toDataURL(type, quality).split(",", 2)[1];
}

/** Make a photo small enough for a slow network; what the camera wrote beside the picture stays behind. */
async function shrink(file) {
  const photo = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(photo.width * scale));
  canvas.height = Math.max(1, Math.round(photo.height * scale));
  canvas.getContext("2d").drawImage(photo, 0, 0, canvas.width, canvas.height);
  return base64(canvas, "image/jpeg", QUALITY);
}

const photoInput = document.getElementById("photo");
photoInput.addEventListener("change", async () => {
  const [file] = photoInput.files;
  photoInput.value = "";
  if (file === undefined) return;
  let image;
  try {
    image = await shrink(file);
  } catch {
    document.getElementById("net").textContent = photoInput.dataset.problem;
    return;
  }
  await mark("register", null, { image });
});

const sign = document.getElementById("sign");
const pen = sign.getContext("2d");
let signed = false;
let drawing = false;

function cleanSign() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, sign.width, sign.height);
  pen.strokeStyle = "#000";
  pen.lineWidth = 4;
  pen.lineCap = pen.lineJoin = "round";
  signed = false;
}

function penAt(event) {
  const place = sign.getBoundingClientRect();
  return [((event.clientX - place.left) * sign.width) / place.width, ((event.clientY - place.top) * sign.height) / place.height];
}

sign.addEventListener("pointerdown", (event) => {
  drawing = true;
  sign.setPointerCapture(event.pointerId);
  pen.beginPath();
  pen.moveTo(...penAt(event));
});
sign.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  pen.lineTo(...penAt(event));
  pen.stroke();
  signed = true;
});
for (const end of ["pointerup", "pointercancel"]) sign.addEventListener(end, () => (drawing = false));
document.getElementById("sign-again").addEventListener("click", cleanSign);

const finish = document.querySelector('dialog[data-kind="finished"]');
const hoursPlace = document.getElementById("finish-hours");
const finishProblem = document.getElementById("finish-problem");

finish.addEventListener("asked", () => {
  cleanSign();
  finishProblem.hidden = true;
  const here = document.querySelectorAll('#crew [data-state="there"], #crew [data-state="left"]');
  hoursPlace.replaceChildren(...Array.from(here, (man) => {
    const line = document.createElement("div");
    line.className = "site-hours";
    const label = document.createElement("label");
    label.htmlFor = `worked-${man.dataset.seat}`;
    label.textContent = man.dataset.name;
    const input = document.createElement("input");
    input.className = "form-control";
    input.id = label.htmlFor;
    input.dataset.worked = man.dataset.seat;
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.placeholder = hoursPlace.dataset.planned;
    line.append(label, input);
    return line;
  }));
});

finish.querySelector("form").addEventListener("submit", (event) => {
  const hours = [];
  for (const input of hoursPlace.querySelectorAll("[data-worked]")) {
    const text = input.value.trim().replace(",", ".");
    if (text === "") continue;
    const worked = Number(text);
    if (!(worked >= 0 && worked <= 24)) {
      event.preventDefault();
      finishProblem.textContent = hoursPlace.dataset.problem;
      finishProblem.hidden = false;
      input.focus();
      return;
    }
    hours.push({ seat_id: input.dataset.worked, minutes: Math.round(worked * 60) });
  }
  const fields = { hours };
  const name = document.getElementById("signed-by").value.trim();
  if (name !== "") fields.signed_by = name;
  if (signed) fields.image = base64(sign, "image/png");
  mark("finished", null, fields);
});
cleanSign();
