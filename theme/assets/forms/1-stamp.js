// Screening, on pages with a form only. At the first touch of a form a signed stamp of the time is asked for and goes
// along with it: who needs ten seconds is no robot. A form without a stamp is taken as well.
addEventListener("focusin", async ({ target }) => {
  const form = target.closest('form[action^="/api/forms/"]');
  if (!form || form.elements.rendered) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "rendered";
  form.append(field);
  try {
    const { stamp } = await (await fetch("/api/stamp")).json();
    field.value = stamp.trim();
  } catch {
    field.remove(); // offline, or no answer that is a stamp: the next touch asks again
  }
});
