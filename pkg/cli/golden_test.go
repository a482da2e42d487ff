package cli_test

import "os"

// updateGoldens reports whether golden files are to be rewritten; one switch
// for the whole repository: UPDATE_GOLDEN=1 go test ./...
func updateGoldens() bool { return os.Getenv("UPDATE_GOLDEN") != "" }
