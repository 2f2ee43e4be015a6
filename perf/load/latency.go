package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// latency sends at a fixed rate whatever the answers do; a time counts from when its request was due, so that a stall is
// felt by every request it held up.
func latency(arguments []string) error {
	flags := flag.NewFlagSet("latency", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	protocol := flags.String("protocol", "http1", "http1 or grpc")
	rate := flags.Float64("rate", 1000, "requests each second")
	connections := flags.Int("connections", 32, "connections")
	seconds := flags.Float64("seconds", 5, "measured time")
	warm := flags.Float64("warm", 1, "time before that")
	_ = flags.Parse(arguments)
	m := &meter{}
	var times samples
	due := make(chan time.Time, int(*rate)*60)
	start := overHTTP1
	if *protocol == "grpc" {
		start = overGRPC
	}
	for range *connections {
		if err := start(*target, due, m, &times); err != nil {
			return err
		}
	}
	go pace(*rate, due, m)
	m.run(duration(*warm), duration(*seconds), times.summary)
	return nil
}

// pace says when requests are due.
func pace(rate float64, due chan<- time.Time, m *meter) {
	interval := time.Duration(float64(time.Second) / rate)
	next := time.Now()
	for !m.over.Load() {
		if wait := time.Until(next); wait > 0 {
			time.Sleep(wait)
		}
		for now := time.Now(); !next.After(now); next = next.Add(interval) {
			select {
			case due <- next:
			default:
				m.failure(fmt.Errorf("%d requests wait to be sent", len(due)))
			}
		}
	}
}

type samples struct {
	mutex sync.Mutex
	nanos []int64
}

func (s *samples) add(m *meter, due time.Time) {
	if m.measuring.Load() {
		s.mutex.Lock()
		s.nanos = append(s.nanos, time.Since(due).Nanoseconds())
		s.mutex.Unlock()
	}
	m.success()
}

func (s *samples) summary(result map[string]any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	slices.Sort(s.nanos)
	for name, share := range map[string]float64{"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "max": 1} {
		if len(s.nanos) > 0 {
			result[name] = float64(s.nanos[min(len(s.nanos)-1, int(share*float64(len(s.nanos))))]) / 1e3
		}
	}
}

func overHTTP1(target string, due <-chan time.Time, m *meter, times *samples) error {
	raw, err := net.Dial("tcp", target)
	if err != nil {
		return err
	}
	request := []byte("GET / HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: weft-perf\r\n\r\n")
	go func() {
		reader := bufio.NewReader(raw)
		for at := range due {
			if _, err := raw.Write(request); err != nil {
				m.failure(err)
				return
			}
			response, err := http.ReadResponse(reader, nil)
			if err == nil {
				_, err = io.Copy(io.Discard, response.Body)
			}
			if err != nil || response.StatusCode != 200 {
				m.failure(fmt.Errorf("%v %v", response, err))
				return
			}
			times.add(m, at)
		}
	}()
	return nil
}

func overGRPC(target string, due <-chan time.Time, m *meter, times *samples) error {
	c, err := connect(target)
	if err != nil {
		return err
	}
	var mutex sync.Mutex
	sent := map[uint32]time.Time{}
	go func() {
		text := message(128)
		for id := uint32(1); ; id += 2 {
			at := <-due
			mutex.Lock()
			sent[id] = at
			mutex.Unlock()
			c.headers(id, false, grpcHead(target, "/weft.Perf/Echo")...)
			c.data(id, text, true)
			if err := c.flush(); err != nil {
				m.failure(err)
				return
			}
		}
	}()
	go func() {
		m.failure(c.serve(handlers{
			headers: func(id uint32, fields map[string]string, end bool) {
				if !end {
					return
				}
				if fields["grpc-status"] != "0" {
					m.failure(fmt.Errorf("stream %d: %v", id, fields))
				}
				mutex.Lock()
				at := sent[id]
				delete(sent, id)
				mutex.Unlock()
				times.add(m, at)
			},
			data: func(uint32, []byte, bool) {},
		}))
	}()
	return nil
}
