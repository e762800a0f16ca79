/** A browser as a process of its own, so that it can be stopped and killed: one tab, told by its arguments where and as whom. */
import type { Browser } from '../../testing/http-daemon.ts';
import { openTab } from '../../testing/tab.ts';

const [port = '', browser = ''] = process.argv.slice(2);
const tab = openTab(Number(port), JSON.parse(browser) as Browser);
await tab.hears('counted');
process.stdout.write('counted\n');
