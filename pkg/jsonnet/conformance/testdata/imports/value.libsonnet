{ v: 1, file: std.thisFile }
