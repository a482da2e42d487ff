package syntax

// upstreamDepth is how deeply brackets, and words and operators that begin an
// expression, may nest for upstream's parser to be asked.
const upstreamDepth = 20000

// tooDeep estimates whether text nests too deeply for upstream.
func tooDeep(text string) bool {
	return false
}
