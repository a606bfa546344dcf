// In a bundle in place of libmime, of which mailauth uses one function here, to fold a header line that nobody reads.
exports.foldLines = (line) => line;
