/**
 * What the page does beyond showing: filtering the predictions, the map's tooltip, copying commands.
 * Everything can be read without it. Text reaches the page through `textContent` only.
 */
export const behaviour = `'use strict';
(() => {
const byId = (id) => document.getElementById(id);
const all = (selector, root) => [...(root || document).querySelectorAll(selector)];

// Photos: a frame shows its face in the list below, and the other way round.
for (const frame of all('.frame')) {
  const answer = byId(frame.dataset.face);
  const mark = (on) => { frame.classList.toggle('on', on); answer.classList.toggle('on', on); };
  for (const part of [frame, answer]) {
    part.addEventListener('pointerenter', () => mark(true));
    part.addEventListener('pointerleave', () => mark(false));
    part.addEventListener('focusin', () => mark(true));
    part.addEventListener('focusout', () => mark(false));
  }
  frame.addEventListener('click', (event) => {
    event.preventDefault();
    const details = answer.querySelector('details');
    details.open = !details.open;
    if (details.open) answer.scrollIntoView({ block: 'nearest' });
  });
}

// Predictions: by tone and by name.
const filter = document.querySelector('.filter');
if (filter) {
  const cards = all('#cards .card');
  const buttons = all('button', filter);
  const search = byId('prediction-search');
  const shown = byId('prediction-count');
  let tone = '';
  const list = byId('cards');
  const more = byId('more-cards');
  const shorten = (on) => {
    list.classList.toggle('short', on);
    if (more) more.hidden = !on;
  };
  if (more) more.addEventListener('click', () => shorten(false));
  shorten(true);
  const apply = () => {
    shorten(false);
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const card of cards) {
      const keep = (tone === '' || card.dataset.tone === tone) && card.dataset.names.includes(wanted);
      card.hidden = !keep;
      if (keep) count++;
    }
    shown.textContent = count === cards.length ? '' : count + ' of ' + cards.length + ' cards';
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      tone = button.dataset.tone;
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      apply();
    });
  }
  search.addEventListener('input', apply);
  filter.hidden = false;
}

// The map.
const plane = byId('plane');
if (plane) {
  const { names, points } = JSON.parse(byId('map-data').textContent);
  const svg = plane.querySelector('svg');
  const cursor = byId('map-cursor');
  const tip = byId('map-tip');
  const picture = tip.querySelector('img');
  const byX = points.map((_, i) => i).sort((a, b) => points[a].x - points[b].x || points[a].y - points[b].y);
  const marks = all('[data-person]', svg);
  let at = -1;
  let pinned = -1;
  const emphasise = (person) => {
    svg.classList.toggle('dim', person >= 0);
    for (const mark of marks) mark.classList.toggle('on', Number(mark.dataset.person) === person);
  };
  const hide = () => {
    at = -1;
    tip.hidden = true;
    cursor.setAttribute('visibility', 'hidden');
    emphasise(pinned);
  };
  const show = (index) => {
    if (index === at) return;
    at = index;
    const point = points[index];
    tip.querySelector('.name').textContent = names[point.person];
    tip.querySelector('span').textContent = point.told;
    tip.querySelector('small').textContent = point.file;
    picture.hidden = !point.thumbnail;
    if (point.thumbnail) picture.src = point.thumbnail;
    tip.hidden = false;
    const scale = svg.clientWidth / svg.viewBox.baseVal.width;
    const [x, y] = [point.x * scale, point.y * scale];
    const left = x + 18 + tip.offsetWidth < plane.clientWidth ? x + 18 : x - 18 - tip.offsetWidth;
    tip.style.left = Math.max(0, Math.min(left, plane.clientWidth - tip.offsetWidth)) + 'px';
    tip.style.top = Math.max(0, Math.min(y - tip.offsetHeight / 2, plane.clientHeight - tip.offsetHeight)) + 'px';
    cursor.setAttribute('cx', point.x);
    cursor.setAttribute('cy', point.y);
    cursor.setAttribute('visibility', 'visible');
    emphasise(point.person);
  };
  const nearest = (event) => {
    const frame = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / frame.width;
    const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
    let best = -1;
    let least = (28 * scale) ** 2;
    for (let i = 0; i < points.length; i++) {
      const apart = (points[i].x - x) ** 2 + (points[i].y - y) ** 2;
      if (apart < least) { least = apart; best = i; }
    }
    return best;
  };
  const point = (event) => {
    const index = nearest(event);
    if (index < 0) hide(); else show(index);
  };
  plane.addEventListener('pointermove', point);
  plane.addEventListener('pointerdown', point);
  plane.addEventListener('pointerleave', hide);
  plane.addEventListener('blur', hide);
  plane.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') hide();
    if (step === undefined) return;
    event.preventDefault();
    const place = at < 0 ? (step > 0 ? -1 : 0) : byX.indexOf(at);
    show(byX[(place + step + byX.length) % byX.length]);
    byId('map-told').textContent = names[points[at].person] + ', ' + points[at].told;
  });
  const chips = document.querySelector('.chips');
  if (chips) {
    chips.hidden = false;
    const buttons = all('button', chips);
    for (const button of buttons) {
      const person = Number(button.dataset.person);
      button.addEventListener('click', () => {
        pinned = pinned === person ? -1 : person;
        for (const other of buttons) other.setAttribute('aria-pressed', String(Number(other.dataset.person) === pinned));
        emphasise(pinned);
      });
      button.addEventListener('pointerenter', () => emphasise(person));
      button.addEventListener('pointerleave', () => emphasise(pinned));
    }
  }
}

// Commands.
if (navigator.clipboard) {
  for (const button of all('.copy')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Copying is not allowed here';
      }
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  }
}
})();
`;
