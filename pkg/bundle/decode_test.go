package bundle_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
)

// decodeSeeds are documents that are valid, invalid and on the edge.
var decodeSeeds = []string{
	`{"b": [1, -0, 0.10, 1e3, 12345678901234567890, 1E+2], "a": {"x": null, "y": true, "z": false}}`,
	`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u2028"`, `"\ud800"`, "\"\xff\"", "\"a\nb\"", `"é…😀"`, `"\u00"`, `"\x"`, `"abc`, `"abc\`,
	`[]`, `{}`, `[[], {}]`, `[1,]`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `[1 2]`, `01`, `-`, `1.`, `.5`, `1e`, `-01`, `+1`, `nul`, `nulll`, `true false`,
	"", " ", " \t\r\n1 \n", `{"b":1,"a":2}`, `{"a":1,"b":2,"a":3}`, `{"a":1,"a":3}`, `[1]]`, `999999999999999`, `9007199254740993`, `-999999999999999`,
	strings.Repeat("[", 1100) + strings.Repeat("]", 1100),
}

// reference reads one document with encoding/json alone; a key that stands
// twice is not its business.
func reference(data []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	_, err := d.Token()
	return v, err == io.EOF
}

func TestDecodeJSONReadsWhatEncodingJSONReads(t *testing.T) {
	for _, seed := range decodeSeeds {
		checkDecode(t, []byte(seed))
	}
}

// FuzzDecodeJSON: what is read is what encoding/json reads, and as JSON it is
// what encoding/json writes.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range decodeSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkDecode(t, data) })
}

func checkDecode(t *testing.T, data []byte) {
	t.Helper()
	want, valid := reference(data)
	v, err := bundle.DecodeJSON(data)
	if err != nil {
		if valid && !strings.Contains(err.Error(), "stands twice") && !strings.Contains(err.Error(), "levels deep") {
			t.Fatalf("DecodeJSON(%.100q): %v", data, err)
		}
		return
	}
	if !valid {
		t.Fatalf("DecodeJSON(%.100q) = %v, which encoding/json does not read", data, v)
	}
	text, err := bundle.JSON(v)
	if err != nil {
		t.Fatalf("JSON of %.100q: %v", data, err)
	}
	back, ok := reference(text)
	if !ok {
		t.Fatalf("%.100q becomes %.100q, which is not JSON", data, text)
	}
	if diff := cmp.Diff(texts(want), texts(back)); diff != "" {
		t.Fatalf("%.100q (-want +got):\n%s", data, diff)
	}
}

// texts makes numbers comparable that are written in two ways.
func texts(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	case []any:
		for i := range v {
			v[i] = texts(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = texts(v[k])
		}
	}
	return v
}
