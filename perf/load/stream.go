package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"sync"
	"time"
)

// message is one gRPC message of this many bytes.
func message(size int) []byte {
	m := make([]byte, 5+size)
	binary.BigEndian.PutUint32(m[1:], uint32(size))
	for i := 5; i < len(m); i++ {
		m[i] = 'm'
	}
	return m
}

func grpcHead(target, path string) []string {
	return []string{
		":method", "POST", ":scheme", "http", ":path", path, ":authority", target,
		"content-type", "application/grpc", "te", "trailers", "user-agent", "weft-perf",
	}
}

// stream keeps bidirectional streams busy: each sends the next message when one of its own came back, or, at a fixed rate,
// all of them together send so many a second whatever comes back.
func stream(arguments []string) error {
	flags := flag.NewFlagSet("stream", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	connections := flags.Int("connections", 64, "connections")
	streams := flags.Int("streams", 1, "streams of each")
	inflight := flags.Int("inflight", 1, "messages under way on each stream")
	size := flags.Int("size", 128, "bytes of a message")
	rate := flags.Float64("rate", 0, "messages each second; 0 for as many as go")
	seconds := flags.Float64("seconds", 4, "measured time")
	warm := flags.Float64("warm", 1, "time before that")
	_ = flags.Parse(arguments)
	m := &meter{}
	var times samples
	due := make(chan time.Time, int(*rate)*60)
	var summary func(map[string]any)
	open := make([]*connection, *connections)
	for i := range open {
		c, err := connect(*target)
		if err != nil {
			return err
		}
		open[i] = c
		if *rate == 0 {
			go pingPong(c, m, *target, *streams, *inflight, message(*size))
			continue
		}
		p := &paced{connection: c, meter: m, times: &times, text: message(*size), sent: map[uint32][]time.Time{}}
		for s := range *streams {
			c.headers(uint32(2*s+1), false, grpcHead(*target, "/weft.Perf/Chat")...)
		}
		if err := c.flush(); err != nil {
			return err
		}
		go p.send(due, *streams)
		go p.receive()
	}
	if *rate > 0 {
		summary = times.summary
		go pace(*rate, due, m)
	}
	m.run(duration(*warm), duration(*seconds), summary)
	for _, c := range open {
		_ = c.net.Close()
	}
	return nil
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func pingPong(c *connection, m *meter, target string, streams, inflight int, text []byte) {
	pending := map[uint32]int{}
	for i := range streams {
		id := uint32(2*i + 1)
		c.headers(id, false, grpcHead(target, "/weft.Perf/Chat")...)
		for range inflight {
			c.data(id, text, false)
		}
		pending[id] = 0
	}
	m.failure(c.serve(echoes(m, len(text), pending, func(id uint32) {
		m.success()
		c.data(id, text, false)
	})))
}

// echoes has each whole message that comes back told of; pending is what of one came on a stream.
func echoes(m *meter, size int, pending map[uint32]int, came func(id uint32)) handlers {
	return handlers{
		headers: func(id uint32, fields map[string]string, end bool) {
			if end || fields[":status"] != "200" {
				m.failure(fmt.Errorf("stream %d: %v", id, fields))
			}
		},
		data: func(id uint32, data []byte, end bool) {
			if end {
				m.failure(errors.New("a stream ended"))
				return
			}
			bytes := pending[id] + len(data)
			for ; bytes >= size; bytes -= size {
				came(id)
			}
			pending[id] = bytes
		},
	}
}

// paced is a connection whose streams take turns at sending what is due.
type paced struct {
	connection *connection
	meter      *meter
	times      *samples
	text       []byte

	mutex sync.Mutex
	sent  map[uint32][]time.Time
}

func (p *paced) send(due <-chan time.Time, streams int) {
	for turn := 0; ; turn++ {
		id, at := uint32(2*(turn%streams)+1), <-due
		p.mutex.Lock()
		p.sent[id] = append(p.sent[id], at)
		p.mutex.Unlock()
		p.connection.data(id, p.text, false)
		if err := p.connection.flush(); err != nil {
			p.meter.failure(err)
			return
		}
	}
}

func (p *paced) receive() {
	p.meter.failure(p.connection.serve(echoes(p.meter, len(p.text), map[uint32]int{}, func(id uint32) {
		p.mutex.Lock()
		if len(p.sent[id]) == 0 {
			p.mutex.Unlock()
			p.meter.failure(fmt.Errorf("stream %d: a message that was not sent", id))
			return
		}
		at := p.sent[id][0]
		p.sent[id] = p.sent[id][1:]
		p.mutex.Unlock()
		p.times.add(p.meter, at)
	})))
}
