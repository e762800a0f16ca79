/** Style sheets are imported for their effect; Next's own declaration exists only after a build. */
declare module '*.css';
