"""The script of a report: tables sort, marks tell their values, figures open at full size."""

from __future__ import annotations

SCRIPT = """
(() => {
  'use strict';
  const value = cell => 'value' in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  const order = (one, two) => {
    const a = Number(one), b = Number(two);
    if (one === '' || two === '') return (one === '') - (two === '');
    return Number.isNaN(a) || Number.isNaN(b) ? String(one).localeCompare(String(two), 'en', {numeric: true}) : a - b;
  };
  for (const table of document.querySelectorAll('table')) {
    const body = table.tBodies[0], heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
    if (!body || body.rows.length < 2) continue;
    heads.forEach((head, place) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      button.title = 'sort by ' + head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const down = head.getAttribute('aria-sort') === 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rows = [...body.rows].map(row => [value(row.cells[place]), row]);
        rows.sort(([a], [b]) => a === '' || b === '' || !down ? order(a, b) : order(b, a));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  for (const title of document.querySelectorAll('.spots title')) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  const dialog = document.querySelector('dialog'), stage = dialog.querySelector('.stage');
  addEventListener('pointerover', event => {
    const told = event.target.dataset && event.target.dataset.tip;
    tip.hidden = !told;
    if (!told) return;
    tip.textContent = told;
    (dialog.open ? dialog : document.body).append(tip);
    const spot = event.target.getBoundingClientRect(), half = tip.offsetWidth / 2;
    const middle = Math.min(Math.max(spot.x + spot.width / 2, half + 4), innerWidth - half - 4);
    tip.style.left = (middle - half) + 'px';
    tip.style.top = (spot.y > 40 ? spot.y - tip.offsetHeight - 4 : spot.bottom + 4) + 'px';
  });

  let home = null, svg = null, whole = null, box = null, held = null;
  const show = next => {
    box = next;
    svg.setAttribute('viewBox', box.join(' '));
  };
  const zoom = (factor, x = box[0] + box[2] / 2, y = box[1] + box[3] / 2) => {
    const width = Math.min(whole[2], Math.max(whole[2] / 40, box[2] * factor)), by = width / box[2];
    show(width === whole[2] ? whole : [x - (x - box[0]) * by, y - (y - box[1]) * by, width, box[3] * by]);
  };
  const move = (across, down) => show([box[0] + across, box[1] + down, box[2], box[3]]);
  const inside = event => {
    const to = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [to.x, to.y];
  };
  const open = figure => {
    home = figure.querySelector('.drawing');
    svg = home.querySelector('svg');
    whole = box = svg.getAttribute('viewBox').split(/[ ,]+/).map(Number);
    home.style.minHeight = home.offsetHeight + 'px';
    stage.append(svg);
    dialog.setAttribute('aria-label', figure.dataset.text);
    dialog.showModal();
  };
  for (const figure of document.querySelectorAll('figure')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'enlarge';
    button.textContent = 'enlarge';
    button.setAttribute('aria-label', 'enlarge ' + figure.dataset.text);
    figure.prepend(button);
    button.addEventListener('click', () => open(figure));
    figure.querySelector('.drawing').addEventListener('click', () => open(figure));
  }
  dialog.addEventListener('close', () => {
    show(whole);
    home.append(svg);
    home.style.minHeight = '';
    document.body.append(tip);
    tip.hidden = true;
  });
  dialog.querySelector('button').addEventListener('click', () => dialog.close());
  stage.addEventListener('wheel', event => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, ...inside(event));
  }, {passive: false});
  stage.addEventListener('pointerdown', event => {
    held = inside(event);
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', event => {
    if (!held) return;
    const now = inside(event);
    move(held[0] - now[0], held[1] - now[1]);
  });
  for (const end of ['pointerup', 'pointercancel']) stage.addEventListener(end, () => { held = null; });
  stage.addEventListener('dblclick', () => show(whole));
  dialog.addEventListener('keydown', event => {
    const step = box[2] / 10;
    const does = {'+': () => zoom(0.8), '=': () => zoom(0.8), '-': () => zoom(1.25), '0': () => show(whole),
      ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), ArrowUp: () => move(0, -step),
      ArrowDown: () => move(0, step)}[event.key];
    if (does) { event.preventDefault(); does(); }
  });
})();
"""

DIALOG = (
    '<dialog><div class="bar"><span>wheel or + and - zoom, drag or arrows move, 0 shows all</span>'
    '<button type="button">close</button></div><div class="stage"></div></dialog>'
)
"""Where a figure opens at full size."""
