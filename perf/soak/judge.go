package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// Of each kind of trouble so many are told of.
	mostTold = 20
	// So many at most wait for the access log to be read.
	mostWaiting = 5000
)

// call is one request, stream or connection.
type call struct {
	kind, id   string
	repeatable bool   // the proxy may send it again until it has begun to answer
	local      string // the client's address, which the access log has too
	backend    string // who answers; empty until it is known
	begun      time.Time
}

type tally struct {
	Done    int            `json:"done"`
	Excused map[string]int `json:"excused,omitempty"`
	Failed  int            `json:"failed"`
}

// failure is a call that did not end well and that nothing excuses so far.
type failure struct {
	call
	ended time.Time
	err   error
}

// during says whether something that began then, by the access log, can be this call.
func (f failure) during(began string) bool {
	at, err := time.Parse(time.RFC3339Nano, began)
	return err == nil && at.After(f.begun.Add(-slack)) && at.Before(f.ended.Add(slack))
}

// judge counts. What failed is excused by one thing only: the endpoint that had it was killed meanwhile.
type judge struct {
	fleet   *fleet
	mutex   sync.Mutex
	kinds   map[string]*tally
	waiting []failure
	told    []string
}

func newJudge(f *fleet) *judge { return &judge{fleet: f, kinds: map[string]*tally{}} }

func (j *judge) of(kind string) *tally {
	t, known := j.kinds[kind]
	if !known {
		t = &tally{Excused: map[string]int{}}
		j.kinds[kind] = t
	}
	return t
}

// over takes the end of a call.
func (j *judge) over(c *call, err error) {
	ended := time.Now()
	cut := err != nil && c.backend != "" && j.fleet.killed(c.backend, ended)
	j.mutex.Lock()
	defer j.mutex.Unlock()
	t := j.of(c.kind)
	switch {
	case err == nil:
		t.Done++
	case cut:
		t.Excused["cut by the kill of its endpoint"]++
	case len(j.waiting) < mostWaiting:
		j.waiting = append(j.waiting, failure{*c, ended, err})
	default:
		j.fails(failure{*c, ended, err}, "too many failures to look them up")
	}
}

func (j *judge) fails(f failure, more string) {
	j.of(f.kind).Failed++
	if len(j.told) < mostTold {
		j.told = append(j.told, fmt.Sprintf("%s %s %s from %s, backend %q, %d ms: %v; %s", f.begun.UTC().Format("15:04:05.000"), f.kind, f.id,
			f.local, f.backend, f.ended.Sub(f.begun).Milliseconds(), f.err, more))
	}
}

// settle looks up in the access log where those calls went that failed and were never answered.
func (j *judge) settle(log string) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	lines, err := j.find(log)
	if err != nil {
		return err
	}
	for _, f := range j.waiting {
		line, known := lines[f.id]
		// time, client, id, upstream host and what is for people
		fields := strings.Fields(line)
		if known && !f.repeatable && f.backend == "" {
			_, port, err := net.SplitHostPort(fields[3])
			number, wrong := strconv.Atoi(port)
			if err == nil && wrong == nil && j.fleet.killedAt(number, f.begun, f.ended) {
				j.of(f.kind).Excused["sent to an endpoint that was killed, and not to be sent twice"]++
				continue
			}
		}
		j.fails(f, "access log: "+line)
	}
	j.waiting = nil
	return nil
}

// find reads the lines of waiting calls, by the id in them or, where there is none, by the client's address: others have it before and after.
func (j *judge) find(log string) (map[string]string, error) {
	byID, byAddress, found := map[string]bool{}, map[string][]failure{}, map[string]string{}
	for _, f := range j.waiting {
		byID[f.id] = true
		byAddress[f.local] = append(byAddress[f.local], f)
	}
	if len(byID) == 0 {
		return found, nil
	}
	file, err := os.Open(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 {
			continue
		}
		if byID[fields[2]] {
			found[fields[2]] = lines.Text()
		} else if fields[2] == "-" {
			for _, f := range byAddress[fields[1]] {
				if f.during(fields[0]) {
					found[f.id] = lines.Text()
				}
			}
		}
	}
	return found, lines.Err()
}

// counts is a copy of what there is so far.
func (j *judge) counts() (done, excused, failed, waiting int) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	for _, t := range j.kinds {
		done += t.Done
		failed += t.Failed
		for _, n := range t.Excused {
			excused += n
		}
	}
	return done, excused, failed, len(j.waiting)
}
