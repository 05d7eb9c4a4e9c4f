"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const join = document.getElementById("join");
  const register = document.getElementById("register");
  const token = page.takeToken();
  if (!token) {
    page.say("Ce lien est incomplet. Ouvrez-le de nouveau depuis le message reçu.", false);
    return;
  }
  join.hidden = register.hidden = false;
  const value = (name) => document.getElementById(name).value;

  // One sending at a time: a double click sends once.
  function once(form, send) {
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      await send();
      button.disabled = false;
    });
  }

  once(join, async function () {
    const tokens = await page.post("/directory/v1/sessions", { email: value("email"), password: value("password") });
    if (!tokens) {
      return;
    }
    if (await page.post("/directory/v1/invitations/acceptance", { token: token }, tokens.access_token)) {
      join.hidden = register.hidden = true;
      page.say("Vous avez rejoint l'organisation. Connectez-vous à votre application pour y travailler.", true);
    }
    // This page keeps nobody signed in.
    await fetch("/directory/v1/sessions/current", {
      method: "DELETE",
      headers: { Authorization: "Bearer " + tokens.access_token },
    }).catch(() => null);
  });

  once(register, async function () {
    const wish = { full_name: value("full-name"), email: value("new-email"), password: value("new-password") };
    const answered = await page.post("/directory/v1/accounts", wish);
    if (answered) {
      register.hidden = true;
      page.say(answered.message + " Une fois l'adresse confirmée, rouvrez l'invitation depuis son courriel.", true);
    }
  });
});
