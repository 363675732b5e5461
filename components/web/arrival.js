// What a key asked for that stands on another page: it is done as soon as that page has it.

let wanted = '';

/** Have whatever answers to `what` show itself once it is there. */
export function want(what) {
  wanted = what;
}

/** Whether `what` is wanted; whoever asks takes it upon itself. */
export function isWanted(what) {
  if (wanted !== what) return false;
  wanted = '';
  return true;
}
