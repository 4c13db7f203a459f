#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a phone list: MAC IP MODEL VERSION, one per line, deterministic.
usage: genlist.py COUNT [--oui 001565] [--start 0] [--ip-base 10.20.0.0] [--models T46S:66.86.0.15,T54W:96.86.0.45]"""
import argparse, ipaddress
a=argparse.ArgumentParser(); a.add_argument('count',type=int); a.add_argument('--oui',default='001565'); a.add_argument('--start',type=int,default=0)
a.add_argument('--ip-base',default='10.20.0.0'); a.add_argument('--models',default='T46S:66.86.0.15,T54W:96.86.0.45'); o=a.parse_args()
base=int(ipaddress.IPv4Address(o.ip_base)); models=[m.split(':') for m in o.models.split(',')]
for i in range(o.count):
    k=o.start+i; m=models[i%len(models)]
    print(o.oui+format(k,'06x'), ipaddress.IPv4Address(base+1+(i//250)*256+i%250), m[0], m[1])
