package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcesUpdateTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'memory':{'limit':100}}            | {'memory':{'swap':150}}             | memory.swap.max=50; memory.max=100
            {'memory':{'limit':100,'swap':150}} | {'memory':{'limit':120}}            | memory.swap.max=30; memory.max=120
            {'memory':{'limit':100,'swap':150}} | {'memory':{'limit':-1}}             | memory.swap.max=max; memory.max=max
            {'memory':{'limit':100}}            | {'memory':{'limit':0},'cpu':{'shares':0}} | memory.max=100
            {'cpu':{'quota':5000}}              | {'cpu':{'period':20000}}            | cpu.max=5000 20000
            {'cpu':{'quota':5000,'burst':9}}    | {'cpu':{'quota':6000}}              | cpu.max.burst=0; cpu.max=6000; cpu.max.burst=9
            {'cpu':{'shares':1024}}             | {'cpu':{'idle':1}}                  | cpu.idle=1
            {'cpu':{'shares':1024,'idle':1}}    | {'cpu':{'idle':0}}                  | cpu.idle=0; cpu.weight=100
            {'cpu':{'cpus':'0','mems':'0'}}     | {'cpu':{'cpus':'0-1'}}              | cpuset.cpus=0-1; cpuset.mems=0
            {'pids':{'limit':10}}               | {'pids':{'limit':-1}}               | pids.max=max
            {'pids':{'limit':10}}               | {}                                  | pids.max=10
            {'blockIO':{'weight':10}}           | {'blockIO':{'weight':0}}            | io.weight=1
            {'unified':{'memory.high':'1'}}     | {'unified':{'memory.high':'2','memory.min':'0'}} | memory.high=2; memory.min=0
            {'hugepageLimits':[{'pageSize':'2MB','limit':1}]} | {'hugepageLimits':[{'pageSize':'2MB','limit':2}]} | hugetlb.2MB.rsvd.max=2; hugetlb.2MB.max=2
            """)
    void updatesWhatIsSetAndKeepsTheRest(String old, String update, String writes) {
        var merged = ResourcesUpdate.over(LimitsTest.resources(old), LimitsTest.resources(update));
        assertThat(LimitsTest.writes(Limits.of(merged, Limits.Facts.UNKNOWN))).isEqualTo(writes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'devices':[{'allow':false}]} | {'devices':[{'allow':true}]}
            """)
    void neverTouchesDevices(String old, String update) {
        var before = LimitsTest.resources(old);
        assertThat(ResourcesUpdate.over(before, LimitsTest.resources(update)).devices())
                .isEqualTo(before.devices());
        assertThat(ResourcesUpdate.over(null, LimitsTest.resources(update)).devices())
                .isEmpty();
    }
}
