import sharp from 'sharp';

// libvips' operation cache never hits for pictures that are looked at once; it would only hold memory.
sharp.cache(false);
// Photos are worked on side by side, so one thread each is quickest, and glibc's allocator fragments
// when many threads allocate (sharp's own default there; here it holds on every platform).
sharp.concurrency(1);

export { sharp };
