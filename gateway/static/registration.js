"use strict";
// A registration as its signed link opens it, for people who have no application: read it, confirm, accept, cancel.
// The link's secret stays in the fragment: no server, log or referrer ever sees it.
// A link cut or altered on its way leads nowhere: neither to an error nobody reads nor, by dots, to another address.
function tokenOf(fragment) {
  try {
    const token = decodeURIComponent(fragment);
    return /^[\w.:-]{20,}$/.test(token) ? token : "";
  } catch {
    return "";
  }
}

document.addEventListener("DOMContentLoaded", function () {
  const element = (name) => document.getElementById(name);
  const token = tokenOf(window.location.hash.slice(1));
  const address = "/events/v1/my-registrations/" + token;
  const acting = ["confirm", "accept", "cancel-for-good"].map(element);

  const instant = (text) =>
    new Intl.DateTimeFormat("fr-FR", { dateStyle: "full", timeStyle: "short", timeZone: "Europe/Paris" }).format(new Date(text));

  function fact(name, value) {
    if (!value) {
      return;
    }
    const term = document.createElement("dt");
    const description = document.createElement("dd");
    term.textContent = name;
    description.textContent = value;
    element("facts").append(term, description);
  }

  async function show(registration) {
    const event = (await page.read("/events/v1/events/" + registration.event_id, { quiet: true })) || {};
    const sessions = (event.sessions || []).filter(
      (each) => each.starts_at && (!registration.session_id || each.id === registration.session_id),
    );
    element("title").textContent = event.title || "Votre inscription";
    element("facts").replaceChildren();
    fact("Inscription", registration.state_label);
    fact("Numéro", registration.code);
    fact("Rang d'attente", registration.rank && String(registration.rank));
    fact("À confirmer avant le", registration.due_at && instant(registration.due_at));
    fact("Motif", registration.reason);
    fact("Quand", sessions.map((each) => instant(each.starts_at)).join(" ; "));
    fact("Où", sessions.map((each) => each.place && [each.place.name, each.place.city].filter(Boolean).join(", ")).find(Boolean));
    fact("Participants", registration.attendees.filter((each) => !each.left_at).map((each) => each.given_name + " " + each.family_name).join(", "));
    const state = registration.state;
    element("confirm").hidden = state !== "unconfirmed";
    element("accept").hidden = state !== "offered";
    element("calendar").hidden = state !== "seated";
    element("calendar").href = address + "/invitation.ics";
    element("cancel").hidden = !["unconfirmed", "to_approve", "seated", "waiting", "offered"].includes(state);
    element("facts").hidden = element("actions").hidden = false;
  }

  async function act(verb, said) {
    acting.forEach((button) => (button.disabled = true));
    const registration = await page.post(address + "/" + verb, verb === "cancellation" ? undefined : {});
    acting.forEach((button) => (button.disabled = false));
    element("sure").hidden = true;
    if (registration) {
      await show(registration);
      page.say(said, true);
    }
  }

  async function open() {
    const registration = token && (await page.read(address));
    if (!token) {
      page.say("Ce lien est incomplet. Ouvrez-le de nouveau depuis le message reçu.", false);
    } else if (registration) {
      await show(registration);
    }
  }

  element("confirm").addEventListener("click", () => act("confirmation", "C'est confirmé. Un message vous est envoyé."));
  element("accept").addEventListener("click", () => act("acceptance", "La place est à vous. Un message vous est envoyé."));
  element("cancel").addEventListener("click", () => (element("sure").hidden = false));
  element("keep").addEventListener("click", () => (element("sure").hidden = true));
  element("cancel-for-good").addEventListener("click", () => act("cancellation", "Votre inscription est annulée."));
  window.addEventListener("hashchange", () => window.location.reload());
  open();
});
