package view

import (
	"fmt"

	"github.com/monctl/monctl/pkg/diag"
)

// maxFrames bounds how many related places are listed; of a long evaluation
// stack, both ends say most.
const maxFrames = 12

// frames lists related places a line each, without repetitions, and leaves out
// the middle of a long list.
func frames(related []diag.Related) []string {
	var lines []string
	for i := 0; i < len(related); {
		n := 1
		for i+n < len(related) && related[i+n] == related[i] {
			n++
		}
		line := onOneLine(related[i].Message)
		if where := plain(related[i].Span.String()); where != "" {
			line += " (" + where + ")"
		}
		if n > 1 {
			line += fmt.Sprintf(", %d times", n)
		}
		lines = append(lines, line)
		i += n
	}
	left := len(lines) - maxFrames
	if left <= 1 {
		return lines
	}
	out := append([]string{}, lines[:maxFrames/2]...)
	out = append(out, fmt.Sprintf("… %d more …", left))
	return append(out, lines[len(lines)-maxFrames/2:]...)
}
