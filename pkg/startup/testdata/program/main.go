// A program with what the dynamic loader relocates where it is built as
// position-independent: tables of methods, and pointers in constants.
package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/monctl/monctl/pkg/startup"
)

var values = map[string]fmt.Stringer{"builder": &strings.Builder{}, "status": status(http.StatusTeapot)}

type status int

func (s status) String() string { return http.StatusText(int(s)) }

func main() {
	startup.End()
	fmt.Println(values["status"].String() + values["builder"].String())
}
