// Numbers as people read them.

export function rate(perSecond) {
  if (perSecond === null || perSecond === undefined) {
    return '–';
  }
  return perSecond < 9.95 ? perSecond.toFixed(perSecond === 0 ? 0 : 1) : Math.round(perSecond).toLocaleString('en');
}

export function millis(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  if (value >= 60_000) {
    const seconds = Math.round(value / 1000);
    return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  }
  if (value >= 1000) {
    return `${(value / 1000).toFixed(1)} s`;
  }
  return value < 10 && value !== Math.round(value) ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function micros(value) {
  return value === null || value === undefined ? '–' : millis(value / 1000);
}

export function percent(share) {
  const value = 100 * share;
  return value === Math.round(value) ? `${value} %` : `${value.toFixed(1)} %`;
}

export function clock(date) {
  return date.toLocaleTimeString('en-GB');
}

export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/** How many transactions a GTID set holds: of MySQL "uuid:1-5:7,uuid:1-3", of MariaDB "0-1-42". */
export function transactions(gtid) {
  if (!gtid) {
    return null;
  }
  let sum = 0;
  for (const one of gtid.replace(/\s/g, '').split(',')) {
    const mariadb = /^\d+-\d+-(\d+)$/.exec(one);
    if (mariadb) {
      sum += Number(mariadb[1]);
      continue;
    }
    for (const interval of one.split(':').slice(1)) {
      const [from, to] = interval.split('-').map(Number);
      if (Number.isFinite(from)) {
        sum += (to ?? from) - from + 1;
      }
    }
  }
  return sum;
}
