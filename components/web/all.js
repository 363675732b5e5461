// Every element. This is the one module that a page names, in each frame that Mesop sends: naming the elements one by
// one would be most of what a small frame carries.

import './ago.js';
import './anchor.js';
import './aria.js';
import './button.js';
import './chips.js';
import './choice.js';
import './dialog.js';
import './drop.js';
import './edits.js';
import './field.js';
import './filters.js';
import './guard.js';
import './item_bar.js';
import './key_help.js';
import './keys.js';
import './link_button.js';
import './live.js';
import './look.js';
import './nav.js';
import './outcome.js';
import './place.js';
import './run_watch.js';
import './search.js';
import './segments.js';
import './selection.js';
import './sentinel.js';
import './session.js';
import './setting.js';
import './status.js';
import './symbol.js';
import './tile.js';
import './tiles.js';
import './toast.js';
