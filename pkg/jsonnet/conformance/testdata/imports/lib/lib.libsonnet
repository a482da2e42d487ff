'from lib: ' + std.thisFile
