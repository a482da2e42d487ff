package gitrepo

import (
	"bytes"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// conversion is what a checkout does to a file's content on a system whose own
// line end is LF, without a configuration of its own: only .gitattributes can
// ask for something. An encoding of the work tree is not among it.
type conversion struct {
	ends lineEnds
	// ident expands $Id$.
	ident bool
}

// lineEnds says how line ends are written.
type lineEnds int

const (
	asStored lineEnds = iota
	crlf
	// crlfIfText converts what looks like text with LF throughout.
	crlfIfText
)

// conversion finds out about one file; name is its whole path.
func (a attributes) conversion(name string) conversion {
	of := a.of(name)
	return conversion{ends: lineEndsOf(of), ident: of["ident"] == isSet}
}

func lineEndsOf(of map[string]string) lineEnds {
	text := of["text"]
	if text == "" || text == unspecified {
		text = of["crlf"] // its old name
	}
	switch {
	case of["eol"] != "=crlf" || text == isUnset:
		return asStored
	case text == "=auto":
		return crlfIfText
	}
	return crlf
}

// apply converts the content of a blob.
func (c conversion) apply(blob plumbing.Hash, r io.ReadCloser) (io.ReadCloser, error) {
	if c == (conversion{}) {
		return r, nil
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if c.ident {
		data = expandIdent(data, blob)
	}
	if c.ends == crlf || c.ends == crlfIfText && !asIs(data) {
		data = withCRLF(data)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// asIs recognises what is not converted by itself: what has a CR already, and
// what looks like binary content, which has a NUL or more than one control
// character in 128.
func asIs(data []byte) bool {
	printable, control := 0, 0
	for _, b := range data {
		switch {
		case b == 0 || b == '\r':
			return true
		case b == '\n':
		case b >= 32 && b != 127 || b == '\b' || b == '\t' || b == '\f' || b == 27:
			printable++
		default:
			control++
		}
	}
	if bytes.HasSuffix(data, []byte{26}) { // the end of a file, once
		control--
	}
	return printable>>7 < control
}

func withCRLF(data []byte) []byte {
	var out bytes.Buffer
	for i, b := range data {
		if b == '\n' && (i == 0 || data[i-1] != '\r') {
			out.WriteByte('\r')
		}
		out.WriteByte(b)
	}
	return out.Bytes()
}

// expandIdent writes the blob's hash for $Id$, and for what such an expansion
// has left in the repository.
func expandIdent(data []byte, blob plumbing.Hash) []byte {
	var out bytes.Buffer
	for {
		before, rest, ok := bytes.Cut(data, []byte("$"))
		out.Write(before)
		if !ok {
			return out.Bytes()
		}
		out.WriteByte('$')
		data = rest
		if n := identLength(rest); n > 0 {
			out.WriteString("Id: " + blob.String() + " $")
			data = rest[n:]
		}
	}
}

// identLength is how much follows the dollar of a keyword, its last dollar
// included; 0 if it is none, or one of another system.
func identLength(rest []byte) int {
	tail, ok := bytes.CutPrefix(rest, []byte("Id"))
	if !ok || len(tail) == 0 {
		return 0
	}
	end := bytes.IndexByte(tail, '$')
	switch {
	case end < 0 || end > 0 && tail[0] != ':':
		return 0
	case end == 0:
		return len("Id$")
	}
	value := tail[1:end]
	if bytes.IndexByte(value, '\n') >= 0 {
		return 0
	}
	if len(value) > 1 { // a space is only where ours has one, at both ends
		if space := bytes.IndexByte(value[1:], ' '); space >= 0 && space < len(value)-2 {
			return 0
		}
	}
	return len("Id") + end + 1
}
