// What this device has to press: whether there are keys at all, and what they are called here.

/** Matches where people point with a mouse or the like, and so have a keyboard before them. */
export const atDesk = matchMedia('(hover: hover) and (pointer: fine)');

const apple = /^(mac|ip)/i.test(navigator.userAgentData?.platform ?? navigator.platform);

export const CTRL = apple ? '⌘' : 'Ctrl';
/** "Ctrl ↵", or "⌘ ↵" on a Mac. Both keys work on either. */
export const SUBMIT = `${CTRL} ↵`;
