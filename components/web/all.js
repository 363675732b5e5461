// Every element. This is the one module that a page names, in each frame that Mesop sends: naming the elements one by
// one would be most of what a small frame carries.

import './ago.js';
import './aria.js';
import './button.js';
import './dialog.js';
import './drop.js';
import './edits.js';
import './field.js';
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
import './segments.js';
import './sentinel.js';
import './session.js';
import './setting.js';
import './status.js';
import './symbol.js';
import './tile.js';
import './tiles.js';
import './toast.js';
import './upload.js';
