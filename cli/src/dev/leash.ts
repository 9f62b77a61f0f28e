/**
 * Loaded before the main module of a process that `postern dev` starts. Its standard input is a pipe
 * that only the parent holds; when the parent is gone, however it went, the pipe ends and so does this
 * process. Nothing is left behind by a `kill -9` of the parent.
 */
process.stdin.on('error', () => {
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.on('end', () => {
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.resume();
if ('unref' in process.stdin) process.stdin.unref();
