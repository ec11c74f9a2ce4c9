/**
 * What the contact sheet does beyond showing: choosing faces and clusters, and the command that says what
 * the choice means. Everything can be seen without it. Text reaches the page through `textContent` only.
 */
export const behaviour = `'use strict';
(() => {
const byId = (id) => document.getElementById(id);
const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
for (const hint of all('.for-script')) hint.hidden = false;

// A word as a POSIX shell takes it.
const quoted = (word) => /^[A-Za-z0-9_.,/:=@%+#-]+$/.test(word) && !word.startsWith('#') ? word : "'" + word.replaceAll("'", "'\\\\''") + "'";
const begin = document.body.dataset.command;
const chosen = [];
const bar = byId('chosen');
const told = byId('chosen-told');
const commands = byId('chosen-commands');

const command = (label, text) => {
  const row = document.createElement('div');
  row.className = 'command';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  const code = document.createElement('code');
  code.textContent = text;
  row.append(button, code);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Command copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Copy the command';
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  return row;
};
const isCluster = (button) => button.classList.contains('number');
const spoken = (button) => (isCluster(button) ? 'number ' : '') + button.dataset.name;
const show = () => {
  bar.hidden = chosen.length === 0;
  commands.replaceChildren();
  if (chosen.length === 0) return;
  told.textContent = chosen.map(spoken).join(' and ');
  const [one, other] = chosen;
  if (other) {
    const pair = quoted(one.dataset.name) + ' ' + quoted(other.dataset.name);
    if (one.dataset.cluster !== other.dataset.cluster) commands.append(command('The same person', begin + ' --same ' + pair));
    commands.append(command('Not the same person', begin + ' --not-same ' + pair));
  } else if (isCluster(one)) {
    commands.append(command('Give a name', begin + ' --name ' + quoted(one.dataset.name) + " 'NAME' --gallery people.gallery"));
  } else told.textContent += ' — choose another face or number';
};
const choose = (button, on) => {
  button.setAttribute('aria-pressed', String(on));
  if (on) chosen.push(button);
  else chosen.splice(chosen.indexOf(button), 1);
};
for (const button of all('[data-name]')) {
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    if (on && chosen.length === 2) choose(chosen[0], false);
    choose(button, on);
    show();
  });
}
const clear = () => { for (const button of [...chosen]) choose(button, false); show(); };
byId('chosen-clear').addEventListener('click', clear);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') clear(); });
})();
`;
