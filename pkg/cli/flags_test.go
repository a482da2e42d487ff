package cli_test

import "flag"

// update rewrites goldens; one switch for the whole repository.
var update = flag.Bool("update", false, "rewrite golden files")
