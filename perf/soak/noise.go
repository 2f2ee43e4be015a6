package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
)

// noise is what all bodies are cut from. Its length is prime, so that a piece that was lost, doubled or moved is seen.
var noise = func() []byte {
	source := rand.NewChaCha8([32]byte{'s', 'o', 'a', 'k'})
	block := make([]byte, 1048583)
	_, _ = source.Read(block)
	return block
}()

// pattern is a body: length bytes of the noise from a place on. It is read, or compared with what was read elsewhere.
type pattern struct {
	at, left int
}

func newPattern(seed uint64, length int) *pattern {
	return &pattern{at: int(seed % uint64(len(noise))), left: length}
}

func (p *pattern) next(most int) []byte {
	n := min(most, p.left, len(noise)-p.at)
	piece := noise[p.at : p.at+n]
	p.at = (p.at + n) % len(noise)
	p.left -= n
	return piece
}

func (p *pattern) Read(into []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	return copy(into, p.next(len(into))), nil
}

// Write compares: it fails at the first byte that is not the pattern's.
func (p *pattern) Write(data []byte) (int, error) {
	for done := 0; done < len(data); {
		piece := p.next(len(data) - done)
		if len(piece) == 0 {
			return done, fmt.Errorf("wrong content: %d bytes too many", len(data)-done)
		}
		if !bytes.Equal(piece, data[done:done+len(piece)]) {
			return done, fmt.Errorf("wrong content: the %d bytes before the last %d differ", len(piece), p.left)
		}
		done += len(piece)
	}
	return len(data), nil
}

// all checks that the whole pattern was seen.
func (p *pattern) all() error {
	if p.left > 0 {
		return fmt.Errorf("wrong content: the last %d bytes are missing", p.left)
	}
	return nil
}
