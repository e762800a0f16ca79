/** A viewer in a process of its own, so that what it reads costs the bench's own clock nothing. Says `attached`. */
import { openViewer, type ViewerOptions } from './viewer.ts';

const viewer = await openViewer(JSON.parse(process.argv[2] ?? '') as ViewerOptions);
await viewer.attach();
console.log('attached');
